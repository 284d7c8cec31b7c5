vmemwalk --phys 0x1c1234 "$FIXTURES/be612-64k-hash.elf"
