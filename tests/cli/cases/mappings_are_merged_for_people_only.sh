vmemwalk "$FIXTURES/be61-4k-hash.qemu-elf" | head -3
vmemwalk --format csv "$FIXTURES/be61-4k-hash.qemu-elf" | wc -l
