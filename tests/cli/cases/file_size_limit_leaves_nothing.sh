# SIGXFSZ would end the program before it could clean up.
ulimit -f 8
vmemwalk --output out --pfn 0-1000 "$FIXTURES/be612-64k-hash.elf" 2>&1
echo "status $?"
ls -A
