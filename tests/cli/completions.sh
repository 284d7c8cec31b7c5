#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The completions know every option of --help, and are what their shells take.
# usage: completions.sh VMEMWALK BASH ZSH FISH
set -u
program=$1
shift
fail=0

complain()
{
	echo "$*" >&2
	fail=1
}

for option in $("$program" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
	for file in "$@"; do
		grep -q -- "${option#--}" "$file" || complain "$file: $option is missing"
	done
done

bash -n "$1" || complain "$1: bash does not take it"
if type zsh >/dev/null 2>&1; then
	zsh -n "$2" || complain "$2: zsh does not take it"
fi
if type fish >/dev/null 2>&1; then
	fish -n "$3" || complain "$3: fish does not take it"
	found=$(fish -N -c "source $3; complete -C 'vmemwalk --format '" | cut -f1 | sort | tr '\n' ' ')
	[[ $found == "csv json ndjson text " ]] || complain "fish completes --format with: $found"
fi

# shellcheck source=/dev/null
. "$1"
# The completion of the last of the words.
completed()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_vmemwalk
	echo "${COMPREPLY[*]}"
}
expect()
{
	local expected=$1 found
	shift
	found=$(completed "$@")
	[[ $found == "$expected" ]] || complain "bash completes '$*' with '$found', not '$expected'"
}
expect "--format" vmemwalk --for
expect "json" vmemwalk --format js
expect "text json ndjson csv" vmemwalk --format ""
expect "csv" vmemwalk --format = c
expect "text json ndjson csv" vmemwalk --format =
expect "" vmemwalk --pfn ""
expect "$3" vmemwalk "${3%?}"
expect "$3" vmemwalk --output "${3%?}"
exit $fail
