vmemwalk --read 0xc00c000000000700,64 --read phys:0x7dc4c0,48 "$FIXTURES/be612-64k-hash.elf"
