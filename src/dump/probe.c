/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/probe.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dump/elf.h"
#include "util/checked.h"

/* Enough for every signature, and to see what kind of text a text is. */
enum { HEAD_SIZE = 65536 };

static const struct image_format *const formats[] = { &elf_format, &kdump_format };

/* Something else that is handed to a dump reader now and then, known by @size bytes at @offset. */
struct foreign {
	uint32_t offset, size;
	const char *bytes;
	enum vmw_error_kind kind;
	const char *message;
};

#define SIGNATURE(at, text) .offset = (at), .size = sizeof(text) - 1, .bytes = (text)
#define PACKED(what, how)                                                                   \
	.kind = VMW_ERROR_NOT_A_DUMP, .message = what                                       \
				      "-compressed data, perhaps of a dump: decompress it " \
				      "first (" how ")"
#define ARCHIVE(what, how)            \
	.kind = VMW_ERROR_NOT_A_DUMP, \
	.message = what " archive: take the dump out of it first (" how ")"
#define OTHER_DUMP(text) .kind = VMW_ERROR_UNSUPPORTED, .message = text
#define NO_DUMP(text) .kind = VMW_ERROR_NOT_A_DUMP, .message = text

/*
 * Signatures: file(1)'s collection for archives and compressors; for dumps, crash's source: s390
 * s390_dump.c, LKCD lkcd_dump_v1.h, sadump sadump.h, VMware vmware_vmss.h; diskdump diskdump_mod.h
 * in makedumpfile; libvirt qemu_saveimage.c; QEMU migration/savevm.c and block/qcow2.h; LiME's
 * doc/README. The first that fits is it.
 */
static const struct foreign foreign[] = {
	{ SIGNATURE(0, "\x1f\x8b"), PACKED("gzip", "gzip -d") },
	{ SIGNATURE(0, "\x1f\x9d"), PACKED("compress", "uncompress") },
	{ SIGNATURE(0, "\xfd"
		       "7zXZ\0"),
	  PACKED("xz", "xz -d") },
	{ SIGNATURE(0, "\x28\xb5\x2f\xfd"), PACKED("zstd", "zstd -d") },
	{ SIGNATURE(0, "BZh"), PACKED("bzip2", "bzip2 -d") },
	{ SIGNATURE(0, "\x04\x22\x4d\x18"), PACKED("lz4", "lz4 -d") },
	{ SIGNATURE(0, "\x02\x21\x4c\x18"), PACKED("lz4", "lz4 -d") },
	{ SIGNATURE(0, "\x89LZO\0\r\n"), PACKED("lzop", "lzop -d") },
	{ SIGNATURE(0, "LZIP"), PACKED("lzip", "lzip -d") },
	{ SIGNATURE(0, "LRZI"), PACKED("lrzip", "lrzip -d") },
	{ SIGNATURE(0, "\xff\x06\0\0sNaPpY"), PACKED("snappy", "snzip -d") },
	{ SIGNATURE(0, "\x5d\0\0"), PACKED("lzma", "xz -d --format=lzma") },
	{ SIGNATURE(0, "PK\3\4"), ARCHIVE("a zip", "unzip") },
	{ SIGNATURE(0, "7z\xbc\xaf\x27\x1c"), ARCHIVE("a 7z", "7z x") },
	{ SIGNATURE(0, "Rar!\x1a\7"), ARCHIVE("a rar", "unrar x") },
	{ SIGNATURE(0, "!<arch>\n"), ARCHIVE("an ar", "ar x; for a .deb dpkg-deb -x") },
	{ SIGNATURE(0, "070701"), ARCHIVE("a cpio", "cpio -i") },
	{ SIGNATURE(0, "\xed\xab\xee\xdb"), ARCHIVE("an rpm", "rpm2cpio") },
	{ SIGNATURE(257, "ustar"), ARCHIVE("a tar", "tar -x") },
	{ SIGNATURE(0, "DISKDUMP"),
	  OTHER_DUMP("a dump of the old diskdump facility, which no ppc64 kernel of today "
		     "writes: only kdump-compressed files are read") },
	{ SIGNATURE(0, "diskdump"),
	  OTHER_DUMP("a dump partition of the old diskdump facility, not read") },
	{ SIGNATURE(0, "\xa8\x19\x01\x73\x61\x8f\x23\xed"), OTHER_DUMP("an LKCD dump, not read") },
	{ SIGNATURE(0, "\xed\x23\x8f\x61\x73\x01\x19\xa8"), OTHER_DUMP("an LKCD dump, not read") },
	{ SIGNATURE(0, "\xa8\x19\x01\x73\x61\x8f\x23\xfd"),
	  OTHER_DUMP("a dump of s390's stand-alone dump tools: vmemwalk reads ppc64 dumps "
		     "only") },
	{ SIGNATURE(0, "\xa8\x19\x01\x73\x61\x8f\x23\xfe"),
	  OTHER_DUMP("a dump of s390's stand-alone dump tools: vmemwalk reads ppc64 dumps "
		     "only") },
	{ SIGNATURE(0, "sadump\0\0"),
	  OTHER_DUMP("an sadump dump of an x86-64 machine: vmemwalk reads ppc64 dumps only") },
	{ SIGNATURE(0, "PAGEDUMP"),
	  OTHER_DUMP("a crash dump of 32-bit Windows: vmemwalk reads dumps of Linux on ppc64 "
		     "only") },
	{ SIGNATURE(0, "PAGEDU64"),
	  OTHER_DUMP("a crash dump of 64-bit Windows: vmemwalk reads dumps of Linux on ppc64 "
		     "only") },
	{ SIGNATURE(0, "EMiL"), OTHER_DUMP("a LiME memory image, which exists for x86 and ARM "
					   "only: vmemwalk reads ppc64 dumps only") },
	{ SIGNATURE(0, "\xd0\xbe\xd2\xbe"), OTHER_DUMP("a VMware snapshot, of an x86-64 guest") },
	{ SIGNATURE(0, "\xd1\xba\xd1\xba"), OTHER_DUMP("a VMware snapshot, of an x86-64 guest") },
	{ SIGNATURE(0, "\xd2\xbe\xd2\xbe"), OTHER_DUMP("a VMware snapshot, of an x86-64 guest") },
	{ SIGNATURE(0, "\xd3\xbe\xd3\xbe"), OTHER_DUMP("a VMware snapshot, of an x86-64 guest") },
	{ SIGNATURE(0, "LibvirtQemudSave"),
	  OTHER_DUMP("a guest saved by libvirt (virsh save): restore it, and dump it with "
		     "virsh dump --memory-only") },
	{ SIGNATURE(0, "LibvirtQemudPart"),
	  OTHER_DUMP("a guest that libvirt did not finish to save: dump it with virsh dump "
		     "--memory-only") },
	{ SIGNATURE(0, "QEVM"),
	  OTHER_DUMP("a QEMU migration stream (virsh dump without --memory-only writes it "
		     "too): dump the guest with virsh dump --memory-only or QEMU's "
		     "dump-guest-memory") },
	{ SIGNATURE(0, "QFI\xfb"), NO_DUMP("a qcow2 disk image: dumps are files in its file "
					   "systems, /var/crash as a rule") },
	{ SIGNATURE(0, "KDMV"), NO_DUMP("a VMware disk image, not a dump") },
	{ SIGNATURE(0, "makedumpfile\0"),
	  OTHER_DUMP("a flattened file in a flattened file: undo it once with makedumpfile -R") },
	{ SIGNATURE(0, "XFSB"), NO_DUMP("an XFS file system: mount it, and give the dump in it") },
	{ SIGNATURE(1080, "\x53\xef"),
	  NO_DUMP("an ext2, ext3 or ext4 file system: mount it, and give the dump in it") },
	{ SIGNATURE(536, "LVM2 001"), NO_DUMP("an LVM physical volume, not a dump") },
	{ SIGNATURE(4086, "SWAPSPACE2"), NO_DUMP("a swap device, not a dump") },
	{ SIGNATURE(65526, "SWAPSPACE2"), NO_DUMP("a swap device, not a dump") },
	{ SIGNATURE(510, "\x55\xaa"),
	  NO_DUMP("a disk with a partition table: give the file or partition that holds the "
		  "dump") },
};

NODISCARD static struct vmw_error *refuse_foreign(struct span head)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		const struct foreign *f = &foreign[i];
		if (range_within(f->offset, f->size, head.size) &&
		    memcmp(head.data + f->offset, f->bytes, f->size) == 0)
			return error_new(f->kind, where_file(f->offset), "%s", f->message);
	}
	return NULL;
}

/* Printable ASCII, UTF-8 or white space throughout. */
static bool is_text(struct span head)
{
	for (size_t i = 0; i < head.size; i++) {
		if (head.data[i] < 0x20 && !isspace(head.data[i]))
			return false;
		if (head.data[i] == 0x7f)
			return false;
	}
	return true;
}

static bool starts_with(struct span head, const char *text)
{
	return head.size >= strlen(text) && memcmp(head.data, text, strlen(text)) == 0;
}

/* "c000000000000000 T _stext": 16 digits, a letter, a name. */
static bool is_symbol_map(struct span head)
{
	for (size_t i = 0; i < 16; i++) {
		if (head.size <= 20 || !isxdigit(head.data[i]))
			return false;
	}
	return head.data[16] == ' ' && isalpha(head.data[17]) && head.data[18] == ' ';
}

NODISCARD static struct vmw_error *refuse_text(struct span head)
{
	if (starts_with(head, "OSRELEASE="))
		return error_new(
			VMW_ERROR_NOT_A_DUMP, where_file(0),
			"VMCOREINFO text: give it with --vmcoreinfo-file, beside the dump");
	if (is_symbol_map(head))
		return error_new(VMW_ERROR_NOT_A_DUMP, where_file(0),
				 "a list of kernel symbols: give it with --system-map, beside the "
				 "dump");
	return error_new(
		VMW_ERROR_NOT_A_DUMP, where_file(0),
		"plain text (the kernel's log, perhaps), not a dump: give the vmcore file");
}

static bool is_zeros(struct span head)
{
	for (size_t i = 0; i < head.size; i++) {
		if (head.data[i] != 0)
			return false;
	}
	return true;
}

NODISCARD static struct vmw_error *refuse_unknown(struct span head)
{
	char bytes[3 * 8 + 1] = "";

	for (size_t i = 0; i < head.size && i < 8; i++)
		snprintf(bytes + 3 * i, 4, " %02x", head.data[i]);
	return error_new(VMW_ERROR_NOT_A_DUMP, where_file(0),
			 "not a dump that is known: it is no ELF core, kdump-compressed or "
			 "flattened file; its first bytes are%s",
			 bytes);
}

/* What @head, which no format claims, is the beginning of. */
NODISCARD static struct vmw_error *refuse(struct span head, uint64_t file_size)
{
	if (elf_signature(head))
		return elf_refusal(head, file_size);
	struct vmw_error *error = refuse_foreign(head);
	if (error)
		return error;
	/* "KDUMP   " with its end cut or damaged; "makedumpfile" shorter than its field. */
	if (starts_with(head, "KDUMP"))
		return error_new(
			VMW_ERROR_BAD_DATA, where_file(0),
			"starts like a kdump-compressed file, but its signature is damaged");
	if (starts_with(head, "makedumpfile"))
		return error_new(VMW_ERROR_BAD_DATA, where_file(0),
				 "starts like a flattened file, but its signature is damaged");
	if (is_zeros(head))
		return error_new(VMW_ERROR_NOT_A_DUMP, where_file(0),
				 "starts with %zu zeros: the dump was never written, or copying it "
				 "failed",
				 head.size);
	return is_text(head) ? refuse_text(head) : refuse_unknown(head);
}

struct vmw_error *probe_file(const struct file *file, const struct image_format **ret)
{
	_cleanup_(freep) unsigned char *bytes = malloc(HEAD_SIZE);
	struct span head = { bytes, 0 };

	if (!bytes)
		return error_no_memory();
	TRY(file_read(file, 0, bytes, HEAD_SIZE, &head.size));
	if (head.size == 0)
		return error_in_file(
			error_new(VMW_ERROR_TRUNCATED, where_file(0),
				  "the beginning of the dump is not in this flattened file, which "
				  "was cut"),
			file_path(file));
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->matches(file, head)) {
			*ret = formats[i];
			return NULL;
		}
	}
	return error_in_file(refuse(head, file_size(file)), file_path(file));
}
