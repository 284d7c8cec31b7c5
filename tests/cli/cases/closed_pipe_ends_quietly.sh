cd "$FIXTURES"
{ vmemwalk --pfn 0-8191 --format csv be612-64k-hash.elf; echo "status $?" >&2; } 2>err | head -1
cat "err" 2>/dev/null; rm -f err
