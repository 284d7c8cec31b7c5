"$MKDUMP" x.elf order=little ram=64M elf-machine=62 exclude-untouched=1 >/dev/null
"$MKDUMP" x.kdump order=little format=kdump ram=64M uts-machine=x86_64 exclude-untouched=1 >/dev/null
vmemwalk x.elf 2>&1
vmemwalk x.kdump 2>&1
