echo before >out
vmemwalk --output out /dev/null 2>&1
cat out
ls -A
