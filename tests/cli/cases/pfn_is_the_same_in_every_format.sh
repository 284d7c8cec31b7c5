cd "$FIXTURES"
for dump in be612-64k-hash.elf be612-64k-hash.elf-E be612-64k-hash.elf-lie be612-64k-hash.kdump-zlib \
	be612-64k-hash.kdump-zstd-flat be612-64k-hash.qemu-elf; do
	vmemwalk --pfn 0-8191 --format csv $dump | cksum
done
vmemwalk --pfn 0-8191 --format csv be612-64k-hash.split3 be612-64k-hash.split1 be612-64k-hash.split2 | cksum
