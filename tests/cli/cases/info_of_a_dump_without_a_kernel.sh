"$MKDUMP" x.elf order=little ram=64M vmcoreinfo=none exclude-untouched=1 >/dev/null
vmemwalk --info x.elf | grep -v 0x
