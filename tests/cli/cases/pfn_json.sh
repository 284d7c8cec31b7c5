cd "$FIXTURES" && vmemwalk --pfn 4096 --json deb61-hash.elf | sed 's/"vmemwalk": *"[^"]*"/"vmemwalk": "VERSION"/'
