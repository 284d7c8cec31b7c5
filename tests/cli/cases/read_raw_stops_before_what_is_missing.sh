vmemwalk --read phys:0xffc0,128 --raw "$FIXTURES/be612-64k-hash.elf-E" | wc -c
vmemwalk --read phys:0xffc0,128 --raw "$FIXTURES/be612-64k-hash.elf-E" >bytes
