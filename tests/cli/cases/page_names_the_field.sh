vmemwalk --page 0xc00c000000000734 "$FIXTURES/deb61-hash.elf"
