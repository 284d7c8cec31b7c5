cd "$FIXTURES"
vmemwalk --vmcoreinfo deb61-hash.elf >"$OLDPWD/info"
cd "$OLDPWD"
vmemwalk --vmcoreinfo-file info "$FIXTURES/deb61-hash.elf" --format csv | tail -1
echo nonsense >bad
vmemwalk --vmcoreinfo-file bad "$FIXTURES/deb61-hash.elf" 2>&1
