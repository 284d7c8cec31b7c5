#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Let the kernel's own page-types read what --kpageflags writes. Prints TAP.

usage: page_types.py VMEMWALK

page-types (tools/mm/page-types.c) is built from VMEMWALK_LINUX_SOURCE, else from Debian's linux-source-6.12, and run by
"page-types -F". Of each fixture its census must be that of the words in the file, counted here. Of each real dump (where they
are: truth.py) it must be that of the words which the machine's own /proc/kpageflags held, counted here too, and page-types must
print the same of both files, overloaded flags told apart (--raw) as well. Without the source the test is skipped, unless
VMEMWALK_NEED_LINUX_SOURCE says that this is a failure.
"""
import collections
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # into the sources
import truth  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
SOURCE = pathlib.Path(os.environ.get("VMEMWALK_LINUX_SOURCE", "/usr/src/linux-source-6.12.tar.xz"))
# What page-types is made of.
PARTS = ["tools/mm", "tools/lib/api", "tools/lib/str_error_r.c", "tools/build", "tools/scripts", "tools/include",
         "include/uapi/linux"]

# include/uapi/linux/kernel-page-flags.h
COMPOUND = 1 << 15 | 1 << 16
HUGE = 1 << 17
HACKERS = 0xffff << 32


def build(folder):
    """The program; page-types' own rules build it."""
    root = SOURCE.name.removesuffix(".tar.xz")
    subprocess.run(["tar", "-xf", SOURCE, "-C", folder, *(f"{root}/{part}" for part in PARTS)], check=True)
    done = subprocess.run(["make", "-s", "-C", folder / root / "tools" / "mm", "page-types"], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"page-types does not build: {done.stderr}")
    return folder / root / "tools" / "mm" / "page-types"


def census(words):
    """How often each word occurs, as page-types counts without --raw: its well_known_flags()."""
    counts = collections.Counter()
    for word, count in collections.Counter(words).items():
        word &= ~HACKERS
        if word & COMPOUND and not word & HUGE:
            word &= ~COMPOUND
        counts[word] += count
    return dict(counts)


def printed(text):
    """The census in what page-types prints: flags, page-count, MB, names; its total must be the sum."""
    counts = {}
    total = None
    for line in text.splitlines():
        if match := re.match(r"(0x[0-9a-f]{16})\s+(\d+)\s", line):
            counts[int(match[1], 16)] = int(match[2])
        elif match := re.match(r"\s+total\s+(\d+)\s", line):
            total = int(match[1])
    if total is None or total != sum(counts.values()):
        raise RuntimeError(f"total {total}, not the sum {sum(counts.values())}: {text[:500]}")
    return counts


def run(page_types, path, *arguments):
    done = subprocess.run([page_types, *arguments, "-F", path], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"page-types {path}: status {done.returncode}: {done.stderr}")
    return done.stdout


def words_of(path):
    raw = path.read_bytes()
    return struct.unpack(f"={len(raw) // 8}Q", raw)


def written(program, files, path):
    path.unlink(missing_ok=True)
    done = truth.run(program, "--kpageflags", str(path), *files)
    if done.returncode != 0:
        raise RuntimeError(f"--kpageflags: status {done.returncode}: {done.stderr}")


def census_fault(want, have):
    for word in sorted(set(want) | set(have)):
        if want.get(word, 0) != have.get(word, 0):
            return f"{word:#018x}: expected {want.get(word, 0)} frames, page-types counts {have.get(word, 0)}"
    return None


def fixture_fault(page_types, program, files, folder):
    written(program, files, folder / "flags")
    have = printed(run(page_types, folder / "flags"))
    return census_fault(census(words_of(folder / "flags")), have) or (None if len(have) > 5 else f"a poor census: {have}")


def guest_fault(page_types, program, guest, files, folder):
    recorded = truth.with_moved(guest, "kpageflags")
    (folder / "recorded").write_bytes(struct.pack(f"={len(recorded)}Q", *recorded))
    written(program, files, folder / "flags")
    if fault := census_fault(census(recorded), printed(run(page_types, folder / "flags"))):
        return fault
    for mode in ([], ["--raw"]):
        want, have = (run(page_types, folder / name, *mode) for name in ("recorded", "flags"))
        if fault := truth.differ(want, have, f"page-types {' '.join(mode)}"):
            return fault
    return None


def fixture_sets(folder):
    subprocess.run([TOP / "scripts" / "unpack-fixtures", folder], check=True)
    return truth.split_sets(sorted(folder.iterdir()))


def main():
    program = os.path.abspath(sys.argv[1])
    if not SOURCE.exists():
        if os.environ.get("VMEMWALK_NEED_LINUX_SOURCE"):
            print(f"Bail out! no {SOURCE}, and VMEMWALK_NEED_LINUX_SOURCE is set")
            return 1
        print(f"1..0 # SKIP no {SOURCE}: install linux-source-6.12, or set VMEMWALK_LINUX_SOURCE")
        return 0

    tap = truth.Tap()

    def check(name, function, *arguments):
        try:
            tap.check(name, function(*arguments))
        except RuntimeError as error:
            tap.check(name, error)

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        page_types = build(folder)
        for name, files in fixture_sets(folder / "fixtures"):
            check(f"{name}: page-types reads it", fixture_fault, page_types, program, files, folder)
        dumps = truth.dumps_folder()
        if not dumps:
            return tap.end()
        guests = {path.name: truth.Guest(path) for path in sorted((dumps / "truth").iterdir())}
        (folder / "dumps").mkdir()
        for name, guest, files in truth.dump_sets(dumps, folder / "dumps"):
            check(f"{name}: page-types counts what the machine had", guest_fault, page_types, program, guests[guest], files, folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
