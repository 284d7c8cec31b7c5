cd "$FIXTURES" && vmemwalk --source radix deb61-hash.elf 2>&1
