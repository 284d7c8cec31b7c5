cd "$FIXTURES" && vmemwalk --json deb61-radix.kdump-zlib | sed 's/"vmemwalk": *"[^"]*"/"vmemwalk": "VERSION"/'
