printf 'some text\n' >text
: >empty
mkdir folder
head -c 100000 /dev/zero | gzip -n >x.gz
head -c 100000 /dev/zero >zeros
head -c 30 "$FIXTURES/be612-64k-hash.elf" >cut.elf
head -c 300 "$FIXTURES/be612-64k-hash.kdump-zlib" >cut.kdump
mkfifo fifo
cp "$(command -v sh)" program
for file in text empty folder x.gz zeros cut.elf cut.kdump fifo program nothing; do
	vmemwalk $file 2>&1 | sed 's/x86-64\|aarch64/THIS MACHINE/'
done
vmemwalk text 2>/dev/null
