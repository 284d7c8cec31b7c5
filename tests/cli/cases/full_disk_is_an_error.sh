cd "$FIXTURES" && vmemwalk --pfn 0-1000 be612-64k-hash.elf 2>&1 >/dev/full
