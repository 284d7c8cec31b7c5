"$MKDUMP" x order=big page=64K ram=512M next=3,0 drop='SYMBOL(kallsyms' exclude-untouched=1 >/dev/null
vmemwalk --format csv x 2>&1
vmemwalk --pfn 0 x 2>&1
