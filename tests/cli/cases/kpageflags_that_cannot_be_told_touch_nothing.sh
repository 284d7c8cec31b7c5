# No node list: what /proc would have ended with is not known.
"$MKDUMP" x order=big page=64K ram=512M exclude-untouched=1 >/dev/null
echo before >flags
vmemwalk --quiet --kpageflags flags x 2>&1
echo "status $?"
cat flags
ls -A
