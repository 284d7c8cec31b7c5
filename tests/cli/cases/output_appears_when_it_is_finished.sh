vmemwalk --format csv --output out.csv "$FIXTURES/be612-64k-hash.elf" && cat out.csv
ls -A
vmemwalk --output no/such/folder "$FIXTURES/be612-64k-hash.elf" 2>&1
