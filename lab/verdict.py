# SPDX-License-Identifier: GPL-2.0-or-later
"""vmemwalk's answers on one dump against a guest's truth (truth.py): one word for each question, and how they differ."""

import csv
import io
import json
import os
import struct
import subprocess


def run(command, timeout=600):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr.strip()


class Guest:
    def __init__(self, folder):
        with open(os.path.join(folder, "guest.json"), encoding="utf-8") as file:
            self.facts = json.load(file)
        with open(os.path.join(folder, "mappings.csv"), encoding="utf-8") as file:
            self.mappings = file.read()
        with open(os.path.join(folder, "present.txt"), encoding="utf-8") as file:
            self.runs = [tuple(int(number) for number in line.split("-")) for line in file if not line.startswith("#")]
        with open(os.path.join(folder, "pages.bin"), "rb") as file:
            self.pages = file.read()
        self.order = {"little": "<", "big": ">"}[self.facts["byte_order"]]
        self.records = {}
        for name in ("kpageflags", "kpagecount"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    raw = file.read()
                self.records[name] = struct.unpack("%s%dQ" % (self.order, len(raw) // 8), raw)


def mappings(program, guest, dump, filtered):
    """All of them; where makedumpfile left out what they are read from (status 4), those that remain must be true."""
    status, out, talk = run([program, "--format", "csv", "--mappings", *dump])
    want, have = guest.mappings.splitlines(), out.splitlines()
    if status == 4 and filtered and set(have) <= set(want):
        found = "equal as far as the dump goes, %d of %d" % (len(have) - 1, len(want) - 1) if len(have) > 1 else "none in the dump"
        return "%s: %s" % (found, talk.split(": ", 2)[-1][:120])
    if status != 0:
        return "status %d: %s" % (status, talk[:200])
    if out == guest.mappings:
        return "equal"
    odd = [line for line in have if line not in want][:2] + [line for line in want if line not in have][:2]
    return "DIFFER: %d rows, not %d: %s" % (len(have) - 1, len(want) - 1, "; ".join(odd))


def pages(program, guest, dump, filtered):
    """Every struct page, word by word. A filtered dump may lack some (status 4), but none may be wrong."""
    size = guest.facts["struct_page_size"]
    index = wrong = present = absent = 0
    first_wrong = ""
    for first, last in guest.runs:
        status, out, talk = run([program, "--format", "csv", "--pfn", "%d-%d" % (first, last), *dump])
        if status not in ((0, 4) if filtered else (0,)):
            return "status %d: %s" % (status, talk[:200])
        expected = first
        for row in csv.DictReader(io.StringIO(out)):
            if row["data"] != "present":
                # A run of frames without a page is one row.
                length = int(row.get("count") or 1)
                absent += length
                expected = int(row["pfn"]) + length
                continue
            pfn = int(row["pfn"])
            if pfn != expected:
                return "DIFFER: a row of pfn %d where %d is next" % (pfn, expected)
            at = (index + pfn - first) * size
            want = struct.unpack("%s%dQ" % (guest.order, size // 8), guest.pages[at:at + size])
            have = tuple(int(word, 16) for word in row["words"].split())
            present += 1
            if want != have:
                wrong += 1
                first_wrong = first_wrong or "pfn %#x" % pfn
            expected = pfn + 1
        if expected != last + 1:
            return "DIFFER: the rows end at pfn %d, not %d" % (expected - 1, last)
        index += last - first + 1
    if wrong:
        return "DIFFER: %d of %d, first %s" % (wrong, present, first_wrong)
    if absent and not filtered:
        return "ABSENT: %d of %d" % (absent, present + absent)
    if not present:
        return "none in the dump"
    return "equal" if not absent else "equal, %d not in the dump" % absent


def kpages(program, guest, dump, name, scratch):
    if name not in guest.records:
        return "not recorded"
    path = os.path.join(scratch, name + ".answer")
    status, _, talk = run([program, "--" + name, path, *dump])
    if status not in (0, 4):
        return "status %d: %s" % (status, talk[:200])
    with open(path, "rb") as file:
        raw = file.read()
    os.unlink(path)
    have = struct.unpack("=%dQ" % (len(raw) // 8), raw)
    want = guest.records[name]
    odd = [pfn for pfn, (one, other) in enumerate(zip(want, have)) if one != other]
    # Bit 63 beside others: not every bit can be told, and status 4 says so. Those that are told must be right.
    known = (1 << 63) - 1
    untold = [pfn for pfn in odd if status == 4 and have[pfn] > known + 1 and not have[pfn] & known & ~want[pfn]]
    if untold:
        odd = sorted(set(odd) - set(untold))
        status = 0
    words = []
    if len(have) != len(want):
        words.append("%d frames, not %d" % (len(have), len(want)))
    if odd:
        words.append("%d differ: " % len(odd) + ", ".join("%#x: %#x, recorded %#x" % (pfn, have[pfn], want[pfn]) for pfn in odd[:3]))
    if status:
        words.append("status %d" % status)
    if words:
        return "; ".join(words)
    return "equal, %d not told whole" % len(untold) if untold else "equal"


def verdict(program, guest, dump, scratch, filtered=False):
    """`dump`: the paths of its parts; `filtered`: makedumpfile wrote it, and may have left out what it should not (4K radix: it reads 4 KiB of
    the 64 KiB page directory, and takes other memory for struct pages)."""
    result = {"mappings": mappings(program, guest, dump, filtered), "pages": pages(program, guest, dump, filtered)}
    if not filtered or result["pages"] == "equal":
        for name in ("kpageflags", "kpagecount"):
            result[name] = kpages(program, guest, dump, name, scratch)
    return result


def vmcore_is_image(vmcore, image, page_size):
    """/proc/vmcore's bytes are the image's: the capture kernel changed nothing. The first 64 KiB come from a copy (the backup region)."""
    with open(vmcore, "rb") as file:
        head = file.read(64)
        order = ">" if head[18:20] == b"\0\x15" else "<"  # e_machine: EI_DATA of unpatched big-endian kernels lies
        offset, = struct.unpack_from(order + "Q", head, 32)
        entry_size, entries = struct.unpack_from(order + "HH", head, 54)
        odd = compared = 0
        for number in range(entries):
            file.seek(offset + number * entry_size)
            kind, _, at, _, phys, length, _, _ = struct.unpack(order + "IIQQQQQQ", file.read(56))
            if kind != 1 or phys < 65536:
                continue
            for done in range(0, length, 1 << 20):
                size = min(1 << 20, length - done)
                file.seek(at + done)
                one, other = file.read(size), image.read(phys + done, size)
                compared += size // page_size
                if one != other:
                    odd += sum(one[n:n + page_size] != other[n:n + page_size] for n in range(0, size, page_size))
    return "equal, %d pages" % compared if not odd else "DIFFER: %d of %d pages" % (odd, compared)
