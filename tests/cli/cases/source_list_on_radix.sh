vmemwalk --source list "$FIXTURES/be612-64k-radix.elf-E" 2>&1 | sed "s|$FIXTURES/||"
vmemwalk --source list --format csv "$FIXTURES/deb61-radix.kdump-zlib"
