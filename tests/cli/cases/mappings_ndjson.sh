vmemwalk --format ndjson "$FIXTURES/be612-64k-radix.elf-E"
