vmemwalk --pfn 99999999999 "$FIXTURES/be612-64k-hash.elf"
