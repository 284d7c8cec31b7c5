#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold vmemwalk's answers on real dumps against what was recorded on the machines that made them. Prints TAP.

usage: truth.py VMEMWALK

The folder of dumps is VMEMWALK_DUMPS, else ../shared/dumps beside the checkout: small/INDEX.csv lists the files, truth/GUEST/
holds what was recorded (mappings.csv, pages.bin.zst, present.txt, kpageflags.zst, kpagecount.zst, guest.json). Where it is missing the test is skipped, unless
VMEMWALK_NEED_DUMPS says that this is a failure.
"""
import collections
import csv
import io
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile


def unpack(path):
    return subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout


class Guest:
    """What was recorded of one machine."""

    def __init__(self, folder):
        self.name = folder.name
        self.facts = json.loads((folder / "guest.json").read_text())
        self.mappings = (folder / "mappings.csv").read_text()
        self.words_per_page = self.facts["struct_page_size"] // 8
        self.present = []
        for line in (folder / "present.txt").read_text().splitlines():
            if match := re.fullmatch(r"(\d+)-(\d+)", line):
                self.present.append((int(match[1]), int(match[2])))
        self.pages = unpack(folder / "pages.bin.zst")
        self.vmcoreinfo = (folder / "vmcoreinfo.txt").read_text()
        self.kpage = {}
        for name in ("kpageflags", "kpagecount"):
            raw = unpack(folder / f"{name}.zst")
            order = "<" if self.facts["byte_order"] == "little" else ">"
            self.kpage[name] = struct.unpack(f"{order}{len(raw) // 8}Q", raw)

    def words(self, index):
        """The words of the @index-th recorded page, as numbers."""
        size = self.words_per_page * 8
        order = self.facts["byte_order"]
        raw = self.pages[index * size:(index + 1) * size]
        return [int.from_bytes(raw[at:at + 8], order) for at in range(0, size, 8)]


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, fault):
        """@fault is None when all is well."""
        self.count += 1
        print(f"{'not ok' if fault else 'ok'} {self.count} - {name}")
        if fault:
            self.failed += 1
            print("# " + "\n# ".join(str(fault).splitlines()[:20]))
        sys.stdout.flush()

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300)


def differ(expected, found, what):
    if expected == found:
        return None
    expected, found = expected.splitlines(), found.splitlines()
    for number, (want, have) in enumerate(zip(expected, found), 1):
        if want != have:
            return f"{what}: line {number}: expected {want!r}, found {have!r}"
    return f"{what}: expected {len(expected)} lines, found {len(found)}"


def check_mappings(program, guest, files):
    done = run(program, "--mappings", "--format", "csv", *files)
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr}"
    return differ(guest.mappings.rstrip("\n") + "\n", done.stdout, "mappings")


def check_pages(program, guest, files):
    """Every frame that was recorded, each word of it; returns the fault and the output, which all formats must share."""
    output = ""
    index = 0
    for first, last in guest.present:
        done = run(program, "--pfn", f"{first}-{last}", "--format", "csv", *files)
        if done.returncode != 0:
            return f"status {done.returncode}: {done.stderr}", output
        output += done.stdout
        expected_pfn = first
        for row in csv.DictReader(io.StringIO(done.stdout)):
            if int(row["pfn"]) != expected_pfn or row["data"] != "present":
                return f"expected pfn {expected_pfn} present, found {row['pfn']} {row['data']}", output
            words = [int(word, 16) for word in row["words"].split()]
            if words != guest.words(index):
                return f"pfn {expected_pfn}: expected {guest.words(index)}, found {words}", output
            expected_pfn += 1
            index += 1
        if expected_pfn != last + 1:
            return f"the rows end before pfn {last + 1}: at {expected_pfn}", output
    return None, output


def check_beyond(program, guest, files):
    """The frame behind the last section has no struct page: the answer is no."""
    beyond = guest.present[-1][1] + 1
    done = run(program, "--pfn", str(beyond), "--format", "csv", *files)
    row = next(csv.DictReader(io.StringIO(done.stdout)), {})
    if done.returncode != 1 or row.get("data") != "no-page":
        return f"pfn {beyond}: status {done.returncode}, {row}"
    return None


def check_info(program, guest, files):
    done = run(program, "--info", "--json", *files)
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr}"
    dump = json.loads(done.stdout)["dump"]
    facts = guest.facts
    expected = {
        ("kernel", "byte-order"): facts["byte_order"],
        ("kernel", "page-size"): str(facts["page_size"]),
        ("kernel", "mmu"): facts["mmu"],
        ("memmap", "vmemmap-base"): facts["vmemmap_start"],
        ("memmap", "struct-page-size"): str(facts["struct_page_size"]),
    }
    for (group, name), value in expected.items():
        found = str(dump.get(group, {}).get(name, {}).get("value"))
        if found != value:
            return f"{group}.{name}: expected {value}, found {found}"
    return None


# Frames that changed between the recording, which the guest made of itself, and the crash: (first, last, flags that the
# recording lacks). Their struct pages, recorded at the crash (pages.bin.zst), say so: a free block of order 4, which a page
# directory of 64 KiB became; two pages that page_idle marked.
MOVED = {
    ("deb612-radix", "kpageflags"): [(0x29a0, 0x29af, 1 << 10)],
    ("deb72-radix", "kpageflags"): [(0x3a20, 0x3a2f, 1 << 10), (0x5c65, 0x5c65, 1 << 25), (0x616e, 0x616e, 1 << 25)],
}


def with_moved(guest, name):
    """The recorded words, as they were at the crash."""
    words = list(guest.kpage[name])
    for first, last, missing in MOVED.get((guest.name, name), []):
        for pfn in range(first, last + 1):
            words[pfn] |= missing
    return words


def check_kpages(program, guest, files, folder):
    """The files of /proc, bit by bit."""
    paths = {name: folder / name for name in guest.kpage}
    arguments = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    done = run(program, *arguments, *files)
    if done.returncode != 0 or done.stdout:
        return f"status {done.returncode}: {done.stderr} {done.stdout}"
    for name, path in paths.items():
        raw = path.read_bytes()
        found = struct.unpack(f"={len(raw) // 8}Q", raw)
        expected = with_moved(guest, name)
        if len(found) != len(expected):
            return f"{name}: expected {len(expected)} frames, found {len(found)}"
        for pfn, (want, have) in enumerate(zip(expected, found)):
            if want != have:
                return f"{name}: pfn {pfn:#x}: expected {want:#x}, found {have:#x}"
    return None


def check_vmcoreinfo(program, guest, files):
    done = run(program, "--vmcoreinfo", *files)
    if done.returncode != 0:
        return f"status {done.returncode}: {done.stderr}"

    def lines(text):
        return "".join(line + "\n" for line in text.splitlines() if not line.startswith("CRASHTIME="))

    return differ(lines(guest.vmcoreinfo), lines(done.stdout), "VMCOREINFO")


def set_name(name):
    """Of a file: its own, or that of the split dump it is a part of."""
    return re.sub(r"(split)\.?\d$", r"\1", name)


def split_sets(files):
    """(name, paths) of each dump, the parts of a split one together."""
    sets = collections.OrderedDict()
    for path in files:
        sets.setdefault(set_name(path.name), []).append(str(path))
    return list(sets.items())


def dump_sets(folder, unpacked):
    """The dumps of small/INDEX.csv: (name, guest, paths), the parts of a split one together."""
    guests, files = {}, []
    with open(folder / "small" / "INDEX.csv", newline="") as index:
        for row in csv.DictReader(index):
            path = folder / "small" / row["file"]
            name = row["file"].removesuffix(".zst")
            if row["file"].endswith(".zst"):
                (unpacked / name).write_bytes(unpack(path))
                path = unpacked / name
            guests[set_name(name)] = row["guest"]
            files.append(path)
    return [(name, guests[name], paths) for name, paths in split_sets(files)]


def dumps_folder():
    """None where they are not."""
    checkout = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(os.environ.get("VMEMWALK_DUMPS", checkout.parent / "shared" / "dumps"))
    return folder if (folder / "small" / "INDEX.csv").exists() else None


def main():
    program = os.path.abspath(sys.argv[1])
    folder = dumps_folder()
    if not folder:
        if os.environ.get("VMEMWALK_NEED_DUMPS"):
            print("Bail out! no real dumps, and VMEMWALK_NEED_DUMPS is set")
            return 1
        print("1..0 # SKIP no real dumps in ../shared/dumps: set VMEMWALK_DUMPS")
        return 0

    tap = Tap()
    guests = {path.name: Guest(path) for path in sorted((folder / "truth").iterdir())}
    answers = {}
    with tempfile.TemporaryDirectory() as unpacked:
        for name, guest_name, files in dump_sets(folder, pathlib.Path(unpacked)):
            guest = guests[guest_name]
            tap.check(f"{name}: mappings", check_mappings(program, guest, files))
            fault, output = check_pages(program, guest, files)
            tap.check(f"{name}: every struct page", fault)
            first = answers.setdefault(guest_name, output)
            tap.check(f"{name}: the same answer in every format", differ(first, output, "--pfn"))
            tap.check(f"{name}: no struct page behind the last", check_beyond(program, guest, files))
            tap.check(f"{name}: facts", check_info(program, guest, files))
            tap.check(f"{name}: kpageflags and kpagecount",
                      check_kpages(program, guest, files, pathlib.Path(unpacked)))
            tap.check(f"{name}: VMCOREINFO", check_vmcoreinfo(program, guest, files))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
