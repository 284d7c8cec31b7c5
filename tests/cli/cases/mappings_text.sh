vmemwalk "$FIXTURES/be612-64k-hash.elf"
