vmemwalk --pfn 8000 --pfn 146 --pfn 256 "$FIXTURES/be612-64k-hash.kdump-zlib"
vmemwalk --pfn 4096+2 "$FIXTURES/deb61-hash.elf"
