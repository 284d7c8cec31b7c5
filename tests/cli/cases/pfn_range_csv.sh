vmemwalk --pfn 28-30 --pfn 8190+4 --format csv "$FIXTURES/be612-64k-hash.elf"
