dump=$FIXTURES/be612-64k-hash.elf
status() { vmemwalk "$@" >/dev/null 2>&1; echo "$*: $?" | sed "s|$FIXTURES/||"; }
status --pfn 1 $dump
status --pfn 1 --pfn 9999999 $dump
status --pfn 9999999 $dump
status --pfn 1 --read phys:0x10000,16 $dump
status --pfn 9999999 --read phys:0x10000,16 $dump
status --translate 0xd000000000000000 $dump
status --pfn 1 --translate 0xd000000000000000 $dump
status --pfn 1 /nonexistent
