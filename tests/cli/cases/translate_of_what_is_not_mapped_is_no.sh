vmemwalk --translate 0xc00c000010000000 "$FIXTURES/deb61-hash.elf"
