cd "$FIXTURES"
vmemwalk --pfn 28 be612-64k-hash.split1 2>&1
vmemwalk --pfn 28 be612-64k-hash.split1 be612-64k-hash.split3 2>&1
