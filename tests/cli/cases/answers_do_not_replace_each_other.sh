dump=$FIXTURES/be612-64k-hash.elf
vmemwalk --kpageflags out --kpagecount ./out "$dump" 2>&1
echo "status $?"
vmemwalk --output out --kpageflags out "$dump" 2>&1
echo "status $?"
ls -A
vmemwalk --output /dev/null --kpageflags /dev/null "$dump"
