# SPDX-License-Identifier: GPL-2.0-or-later
"""What is true of a crashed guest, read from an image of its memory.

Shares nothing with vmemwalk: no dump format, no code. It knows the image (address, size, file), the byte order and page size that the guest
told, the MMU that the lab gave it, and what the guest recorded of itself (init.c). Kernel facts are from the sources of Linux
6.1, 6.12 and 7.2.
"""

import bisect
import json
import os
import re
import struct


class TruthError(Exception):
    pass


LINEAR = 0x0fffffffffffffff  # arch/powerpc/include/asm/page.h: __pa()

# include/linux/mmzone.h
SECTION_HAS_MEM_MAP = 2
SECTION_FLAGS = 0x3f

# arch/powerpc/include/asm/book3s/64/radix.h and pgtable.h: entries are big-endian on every kernel from 4.7 on
PAGE_PRESENT = 1 << 63
PAGE_PTE = 1 << 62
RPN = 0x01fffffffffff000
LEVEL_BITS = {4096: (13, 9, 9, 9), 65536: (13, 9, 9, 5)}


class Image:
    def __init__(self, folder):
        with open(os.path.join(folder, "ranges.json"), encoding="utf-8") as file:
            ranges = sorted(json.load(file))
        self.starts = [start for start, _, _ in ranges]
        self.ranges = [(start, size, open(os.path.join(folder, name), "rb")) for start, size, name in ranges]

    def close(self):
        for _, _, file in self.ranges:
            file.close()

    def read(self, phys, length):
        at = bisect.bisect_right(self.starts, phys) - 1
        if at < 0 or phys + length > self.ranges[at][0] + self.ranges[at][1]:
            raise TruthError("no RAM at %#x" % phys)
        start, _, file = self.ranges[at]
        file.seek(phys - start)
        return file.read(length)


class Truth:
    def __init__(self, folder, order, page_size, mmu):
        self.image = Image(folder)
        self.order = {"le": "<", "be": ">"}[order]
        self.page_size = page_size
        self.mmu = mmu
        self.problems = []
        self.records = self._find_records()
        self.vmcoreinfo = self._find_vmcoreinfo()
        self.info = dict(line.split("=", 1) for line in self.vmcoreinfo.splitlines() if "=" in line)
        self.symbols = {}
        for line in self.records.get("kallsyms", b"").decode(errors="replace").splitlines():
            value, _, name = line.split()[:3]
            self.symbols.setdefault(name, int(value, 16))
        self.struct_page = int(self.info["SIZE(page)"])
        self.sections = self._read_sections()
        self.base = next(value & ~SECTION_FLAGS for _, value in self.sections if value & SECTION_HAS_MEM_MAP)
        # section_mem_map is coded: minus the section's first frame (sparse_encode_mem_map), so it is the base for each.
        for number, value in self.sections:
            if value & SECTION_HAS_MEM_MAP and value & ~SECTION_FLAGS != self.base:
                self.problems.append("section %d has its memmap at %#x, not %#x" % (number, value, self.base))
        self.nodes, self.block_size = self._read_list()
        self.leaves = self._read_radix() if mmu == "radix" else []
        self.blocks = self._read_blocks()
        if mmu == "radix":
            self.mappings = self.leaves
        else:
            seen = {}
            for _, _, phys, virt in self.nodes:
                seen.setdefault(virt, phys)  # the kernel takes the first from the head
            self.mappings = sorted((virt, phys, self.block_size) for virt, phys in seen.items())
        self._virts = [virt for virt, _, _ in self.mappings]

    # Memory.

    def word(self, virt, form="Q"):
        return struct.unpack(self.order + form, self.image.read(virt & LINEAR, struct.calcsize(form)))[0]

    def symbol(self, name):
        if "SYMBOL(%s)" % name in self.info:
            return int(self.info["SYMBOL(%s)" % name], 16)
        return self.symbols.get(name)

    def vmemmap(self, virt, length):
        """Bytes of the vmemmap by the mappings; a struct page may lie in two blocks."""
        data = b""
        while length:
            at = bisect.bisect_right(self._virts, virt) - 1
            if at < 0 or virt >= self.mappings[at][0] + self.mappings[at][2]:
                raise TruthError("nothing is mapped at %#x" % virt)
            start, phys, size = self.mappings[at]
            part = min(length, start + size - virt)
            data += self.image.read(phys + virt - start, part)
            virt += part
            length -= part
        return data

    # What the guest recorded.

    def _find_records(self):
        """{name: bytes}: init.c, struct record, at the start of pages."""
        pages = {}
        for start, size, file in self.image.ranges:
            file.seek(0)
            for at in range(0, size, 16 << 20):
                chunk = file.read(16 << 20)
                found = chunk.find(b"vmemwalk-lab-rec")
                while found >= 0:
                    if found % self.page_size == 0:
                        name = chunk[found + 16:found + 56].rstrip(b"\0").decode(errors="replace")
                        sequence, length = struct.unpack_from(self.order + "QQ", chunk, found + 56)
                        data = chunk[found + 72:found + 72 + length]
                        if length > self.page_size - 72:
                            raise TruthError("a record at %#x is longer than its page" % (start + at + found))
                        if pages.setdefault((name, sequence), data) != data:
                            raise TruthError("two records of %s, page %d, that differ" % (name, sequence))
                    found = chunk.find(b"vmemwalk-lab-rec", found + 16)
        names = {}
        for name, sequence in sorted(pages):
            if sequence != names.get(name, (0, b""))[0]:
                raise TruthError("the record of %s lacks page %d" % (name, names.get(name, (0, b""))[0]))
            names[name] = (sequence + 1, names.get(name, (0, b""))[1] + pages[name, sequence])
        return {name: data for name, (_, data) in names.items()}

    def _find_vmcoreinfo(self):
        """The note whose place /sys/kernel/vmcoreinfo told."""
        place = self.records.get("vmcoreinfo-place")
        if not place:
            raise TruthError("the guest recorded nothing")
        phys, size = (int(word, 16) for word in place.split())
        note = self.image.read(phys, size)
        name_size, length, _ = struct.unpack_from(self.order + "III", note)
        if name_size != 11 or note[12:22] != b"VMCOREINFO":
            raise TruthError("no VMCOREINFO note at %#x" % phys)
        return note[24:24 + length].decode()

    # The kernel's own tables.

    def _read_sections(self):
        """[(number, section_mem_map)] of the sections that are not 0. mem_section is a table of pages of struct mem_section (SPARSEMEM_EXTREME)."""
        size = int(self.info["SIZE(mem_section)"])
        offset = int(self.info["OFFSET(mem_section.section_mem_map)"])
        roots = int(self.info["LENGTH(mem_section)"])
        table = self.symbol("mem_section")
        per_root = self.page_size // size
        result = []
        for root in range(roots):
            page = self.word(table + 8 * root)
            if page:
                data = self.image.read(page & LINEAR, per_root * size)
                for number in range(per_root):
                    value = struct.unpack_from(self.order + "Q", data, number * size + offset)[0]
                    if value:
                        result.append((root * per_root + number, value))
        return result

    def _read_list(self):
        """vmemmap_list in chain order: [(node, next, phys, virt)], and the size of a block."""
        head = self.symbol("vmemmap_list")
        if head is None:
            return [], None
        nodes = []
        node = self.word(head)
        while node:
            # struct vmemmap_backing { list, phys, virt_addr }
            following, phys, virt = struct.unpack(self.order + "QQQ", self.image.read(node & LINEAR, 24))
            nodes.append((node, following, phys, virt))
            node = following
            if len(nodes) > 1 << 22:
                raise TruthError("vmemmap_list does not end")
        index = self.word(self.symbol("mmu_vmemmap_psize"), "I")
        size = int(self.info["SIZE(mmu_psize_def)"])
        shift = self.word(self.symbol("mmu_psize_defs") + index * size, "I")
        return nodes, 1 << shift

    def _read_radix(self):
        """Leaves of swapper_pg_dir in the vmemmap's 512 TiB: [(virt, phys, size)]."""
        bits = LEVEL_BITS[self.page_size]
        leaves = []
        self._walk(self.symbol("swapper_pg_dir") & LINEAR, bits, 0xc << 60, self.base, self.base + (1 << 49), leaves)
        return leaves

    def _walk(self, table, bits, virt, first, last, leaves):
        shift = self.page_size.bit_length() - 1 + sum(bits[1:])
        entries = struct.unpack(">%dQ" % (1 << bits[0]), self.image.read(table, 8 << bits[0]))
        for index, entry in enumerate(entries):
            start = virt + (index << shift)
            if not entry & PAGE_PRESENT or not first <= start < last and not start <= first < start + (1 << shift):
                continue
            if entry & PAGE_PTE:
                leaves.append((start, entry & RPN & ~((1 << shift) - 1), 1 << shift))
            elif len(bits) > 1:
                self._walk(entry & ~0xc0000000000000ff, bits[1:], start, first, last, leaves)
            else:
                raise TruthError("a page table points further at %#x" % start)

    def _read_blocks(self):
        """The record of radix kernels that a patch series adds: [(virt, phys, size)] or None."""
        head = self.symbol("vmemmap_blocks")
        if head is None or "SIZE(vmemmap_block)" not in self.info:
            return None
        offset = {name: int(self.info["OFFSET(vmemmap_block.%s)" % name]) for name in ("list", "virt", "phys", "size")}
        blocks = []
        node = self.word(head)
        while node:
            blocks.append(tuple(self.word(node + offset[name]) for name in ("virt", "phys", "size")))
            node = self.word(node + offset["list"])
            if len(blocks) > 1 << 22:
                raise TruthError("vmemmap_blocks does not end")
        return sorted(blocks)

    # Answers.

    def frames(self):
        """[(first, last)]: frames that have a struct page."""
        per_section = 1 << int(self.info["NUMBER(SECTION_SIZE_BITS)"]) - (self.page_size.bit_length() - 1)
        runs = []
        for number, value in self.sections:
            if value & SECTION_HAS_MEM_MAP:
                first = number * per_section
                if runs and runs[-1][1] + 1 == first:
                    runs[-1][1] = first + per_section - 1
                else:
                    runs.append([first, first + per_section - 1])
        return [tuple(run) for run in runs]

    def page(self, pfn):
        return self.vmemmap(self.base + pfn * self.struct_page, self.struct_page)

    def compare_sources(self):
        """List against page tables, and the record of blocks against them: {what: "equal" or how they differ}."""
        result = {}
        listed = sorted({(virt, phys, self.block_size) for _, _, phys, virt in self.nodes})
        if self.mmu == "radix" and listed:
            result["list and page table"] = self._same(listed, self.leaves)
        if self.mmu == "radix" and self.blocks is not None:
            result["blocks and page table"] = self._same(self.blocks, self.leaves)
        duplicates = len(self.nodes) - len({virt for _, _, _, virt in self.nodes})
        if duplicates:
            result["list"] = "%d addresses twice" % duplicates
        return result

    @staticmethod
    def _same(one, other):
        def merged(ranges):
            result = []
            for virt, phys, size in sorted(ranges):
                if result and sum(result[-1][::2]) == virt and result[-1][1] + result[-1][2] == phys:
                    result[-1][2] += size
                else:
                    result.append([virt, phys, size])
            return result
        one, other = merged(one), merged(other)
        if one == other:
            return "equal"
        odd = [entry for entry in one if entry not in other] + [entry for entry in other if entry not in one]
        return "differ: " + ", ".join("%#x -> %#x, %d" % tuple(entry) for entry in odd[:4])

    def save(self, folder, facts):
        """The files of a guest's truth, as the dumps for the tests have them."""
        os.makedirs(folder, exist_ok=True)

        def put(name, text):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)

        frames = self.frames()
        put("mappings.csv", "virt,phys,size\n" + "".join("%#x,%#x,%d\n" % mapping for mapping in self.mappings))
        put("nodes.txt", "# in chain order: address of the node, next, phys, virt_addr\n" +
            "".join("%x %x %x %x\n" % node for node in self.nodes))
        put("sections.txt", "# section number, section_mem_map as stored\n" + "".join("%d %x\n" % pair for pair in self.sections))
        put("present.txt", "# PFN ranges that have a struct page\n" + "".join("%d-%d\n" % run for run in frames))
        put("vmcoreinfo.txt", self.vmcoreinfo)
        if self.blocks is not None:
            put("blocks.csv", "virt,phys,size\n" + "".join("%#x,%#x,%d\n" % block for block in self.blocks))
        with open(os.path.join(folder, "pages.bin"), "wb") as file:
            for first, last in frames:
                file.write(self.vmemmap(self.base + first * self.struct_page, (last - first + 1) * self.struct_page))
        for name, data in self.records.items():
            if re.fullmatch(r"[\w-]+", name):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data)
        facts = {
            "byte_order": {"<": "little", ">": "big"}[self.order], "page_size": self.page_size, "mmu": self.mmu,
            "vmemmap_start": "%#x" % self.base, "block_size": self.block_size if self.mmu == "hash" else None,
            "list_nodes": len(self.nodes), "mappings": len(self.mappings), "sections": len(self.sections),
            "section_size_bits": int(self.info["NUMBER(SECTION_SIZE_BITS)"]), "struct_page_size": self.struct_page,
            "present_pages": sum(last - first + 1 for first, last in frames),
            "blocks": None if self.blocks is None else len(self.blocks),
            "sources": self.compare_sources(), "problems": self.problems, **facts}
        put("guest.json", json.dumps(facts, indent=1) + "\n")
        return facts
