"$MKDUMP" x order=big page=64K ram=512M cycle=3 exclude-untouched=1 >/dev/null
vmemwalk --format csv x 2>&1
