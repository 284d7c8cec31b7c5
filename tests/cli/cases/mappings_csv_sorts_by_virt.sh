vmemwalk --mappings --format csv "$FIXTURES/deb61-hash.elf"
