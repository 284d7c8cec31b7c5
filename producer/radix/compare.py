#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of the radix vmemmap against the page tables, in an image of memory (lab/boot ... image), page by page.

  compare.py IMAGE-FOLDER SYSTEM.MAP le|be 4k|64k

Shares nothing with vmemwalk. Exit status 0 if every page is there once and equal, in ascending order and merged, and vmemmap_list is empty.
"""

import json
import os
import struct
import sys

LINEAR = (1 << 60) - 1
VMEMMAP = 0xc00c000000000000  # arch/powerpc/include/asm/book3s/64/radix.h: RADIX_VMEMMAP_START, 512 TiB
RPN = 0x01fffffffffff000
PRESENT, LEAF = 1 << 63, 1 << 62


class Image:
    def __init__(self, folder, order):
        with open(os.path.join(folder, "ranges.json"), encoding="utf-8") as file:
            self.ranges = [(start, size, open(os.path.join(folder, name), "rb")) for start, size, name in json.load(file)]
        self.order = order

    def read(self, phys, length):
        for start, size, file in self.ranges:
            if start <= phys and phys + length <= start + size:
                file.seek(phys - start)
                return file.read(length)
        raise SystemExit("no RAM at %#x" % phys)

    def words(self, virt, count):
        return struct.unpack("%s%dQ" % (self.order, count), self.read(virt & LINEAR, 8 * count))


def walk(image, table, levels, base, leaves):
    """The leaves below `table`: {virt: (phys, size)}. Entries are big-endian on every kernel."""
    (shift, bits), *rest = levels
    for index, entry in enumerate(struct.unpack(">%dQ" % (1 << bits), image.read(table, 8 << bits))):
        virt = base | index << shift
        if not entry & PRESENT or len(levels) == 4 and virt >> 49 != VMEMMAP >> 49:
            continue
        if entry & LEAF:
            leaves[virt] = (entry & RPN & -(1 << shift), 1 << shift)
        elif rest:
            walk(image, entry & ~0xc0000000000000ff, rest, virt, leaves)
        else:
            raise SystemExit("a page table points further at %#x" % virt)


def main():
    folder, system_map, order, page = sys.argv[1:]
    image = Image(folder, {"le": "<", "be": ">"}[order])
    page_shift, pte_bits = {"4k": (12, 9), "64k": (16, 5)}[page]
    page_size = 1 << page_shift
    symbols = {}
    with open(system_map, encoding="utf-8") as file:
        for line in file:
            value, _, name = line.split()
            symbols[name] = int(value, 16)

    pmd_shift = page_shift + pte_bits
    levels = [(pmd_shift + 18, 13), (pmd_shift + 9, 9), (pmd_shift, 9), (page_shift, pte_bits)]
    leaves = {}
    walk(image, symbols["swapper_pg_dir"] & LINEAR, levels, 0xc << 60, leaves)
    table = {virt + at: phys + at for virt, (phys, size) in leaves.items() for at in range(0, size, page_size)}

    record, count, faults = {}, 0, []
    last = (0, 0, 0)
    block, = image.words(symbols["vmemmap_blocks"], 1)
    while block:
        # struct vmemmap_block { list, virt, phys, size }
        block, virt, phys, size = image.words(block, 4)
        count += 1
        if count > len(table) + 2:
            faults.append("the list does not end")
            break
        if not size or (virt | phys | size) % page_size:
            faults.append("%#x -> %#x, %#x: not pages" % (virt, phys, size))
        if virt < last[0] + last[2]:
            faults.append("%#x: not ascending" % virt)
        if (virt, phys) == (last[0] + last[2], last[1] + last[2]):
            faults.append("%#x: not merged" % virt)
        record.update((virt + at, phys + at) for at in range(0, size, page_size))
        last = (virt, phys, size)
    if image.words(symbols["vmemmap_list"], 1)[0]:
        faults.append("vmemmap_list is not empty")
    for virt in sorted(table.keys() | record.keys()):
        if table.get(virt) != record.get(virt):
            faults.append("%#x: %s in the page table, %s in the record" % tuple(
                [virt] + [hex(where[virt]) if virt in where else "none" for where in (table, record)]))

    large = sum(size > page_size for _, size in leaves.values())
    print("%d leaves of 2M, %d pages; %d pages of the vmemmap, %d share one; %d blocks; %s" % (
        large, len(leaves) - large, len(table), len(table) - len(set(table.values())), count,
        "every page equal" if table and not faults else "DIFFER: " + "; ".join(faults[:4] or ["nothing is mapped"])))
    return 1 if faults or not table else 0


if __name__ == "__main__":
    sys.exit(main())
