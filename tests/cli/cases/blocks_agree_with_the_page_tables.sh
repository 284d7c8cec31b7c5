"$MKDUMP" x order=little page=4K ram=64M mmu=radix exports=1 keeps-blocks=1 drop='SYMBOL(kallsyms' >/dev/null
vmemwalk --format ndjson x 2>&1
vmemwalk --source blocks --format ndjson x 2>&1
vmemwalk --info x 2>&1 | grep -E 'mappings|blocks|bits|max-pfn|index-sizes|fields'
