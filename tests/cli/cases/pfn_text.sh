vmemwalk --pfn 0x1c "$FIXTURES/be612-64k-hash.elf"
