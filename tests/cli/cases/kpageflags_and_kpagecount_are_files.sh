vmemwalk --kpageflags flags --kpagecount=count "$FIXTURES/be612-64k-hash.elf"
echo "status $?"
wc -c flags count
od -An -v -w8 -tx8 --endian="$HOST_ORDER" flags | sort | uniq -c | sort -rn | head -n 5
vmemwalk --kpageflags flags --format csv "$FIXTURES/be612-64k-hash.elf"
cp "$FIXTURES/be612-64k-hash.elf" dump
vmemwalk --kpageflags dump dump 2>&1
echo "status $?"
