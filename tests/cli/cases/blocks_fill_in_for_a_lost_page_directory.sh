"$MKDUMP" x order=big page=64K ram=64M mmu=radix exports=1 keeps-blocks=1 drop='SYMBOL(kallsyms' exclude=1M+64K >/dev/null
vmemwalk x 2>&1; echo "status $?"
vmemwalk --pfn 5 --translate 0xc00c000000000140 x 2>&1; echo "status $?"
vmemwalk --pfn 5 --json x 2>/dev/null | grep -E '"(data|phys|block_source)"'
vmemwalk --source blocks --format csv x 2>&1; echo "status $?"
vmemwalk --info x 2>/dev/null | grep -E 'mappings|blocks|list-|bits|max-pfn|index-sizes|fields'
