cd "$FIXTURES" && vmemwalk --info be612-64k-hash.kdump-zlib
