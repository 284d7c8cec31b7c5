cd "$FIXTURES" && vmemwalk --read phys:0x1fff0,64 be612-64k-hash.elf-E 2>&1
