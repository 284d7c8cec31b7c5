vmemwalk --page 0xc000000000000734 "$FIXTURES/deb61-hash.elf" 2>&1
