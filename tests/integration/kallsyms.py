#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold the symbols that are decoded from a dump's memory against the machine's own /proc/kallsyms. Prints TAP.

usage: kallsyms.py PRINT-SYMBOLS

Address, type and name of each symbol must be the same, in the same order. Symbols of modules ("[module]"), which are not in the
kernel's table, are left out. Needs the real dumps: truth.py tells where they are.
"""
import os
import sys

sys.dont_write_bytecode = True  # into the sources
import pathlib  # noqa: E402
import tempfile  # noqa: E402

import truth  # noqa: E402


def recorded(folder):
    lines = truth.unpack(folder / "kallsyms.zst").decode().splitlines()
    return "".join(f"{line}\n" for line in lines if not line.endswith("]"))


def symbols_fault(program, files, expected):
    done = truth.run(program, *files)
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr}"
    return truth.differ(expected, done.stdout, "kallsyms")


def main():
    program = os.path.abspath(sys.argv[1])
    dumps = truth.dumps_folder()
    if not dumps:
        if os.environ.get("VMEMWALK_NEED_DUMPS"):
            print("Bail out! no real dumps, and VMEMWALK_NEED_DUMPS is set")
            return 1
        print("1..0 # SKIP no real dumps in ../shared/dumps: set VMEMWALK_DUMPS")
        return 0

    tap = truth.Tap()
    expected = {path.name: recorded(path) for path in sorted((dumps / "truth").iterdir())}
    with tempfile.TemporaryDirectory() as unpacked:
        for name, guest, files in truth.dump_sets(dumps, pathlib.Path(unpacked)):
            tap.check(f"{name}: every symbol", symbols_fault(program, files, expected[guest]))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
