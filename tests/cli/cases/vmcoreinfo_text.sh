vmemwalk --vmcoreinfo "$FIXTURES/deb61-hash.elf" | head -5
