"$MKDUMP" x order=big page=64K ram=512M empty-list=1 exclude-untouched=1 >/dev/null
vmemwalk x 2>&1
