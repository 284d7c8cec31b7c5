cd "$FIXTURES" && vmemwalk be612-64k-hash.split1 be612-64k-hash.split1 2>&1
