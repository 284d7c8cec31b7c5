dump=$FIXTURES/be612-64k-hash.elf
for arguments in "--pfn banana" "--pfn 99999999999999999999" "--pfn 5-3" "--pfn" "--map" "--info --vmcoreinfo" "--format xml" \
	"--raw" "--pfn 1 --translate 0xc000000000000000 --format csv" "--read 0xc000000000000000,0x" "-x"; do
	vmemwalk $arguments ${arguments:+$([ "$arguments" = --pfn ] || echo "$dump")} 2>&1 | sed "s|$FIXTURES/||"
	echo
done
vmemwalk --mappings
