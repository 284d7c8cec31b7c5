cd "$FIXTURES"
vmemwalk --translate 0xc000000001234567 --translate 0xc00c000000000040 deb61-hash.elf
vmemwalk --translate 0xc000000001234567 --translate 0xc00c000000000040 --format csv deb61-hash.elf
