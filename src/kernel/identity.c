/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "dump/note.h"

#define NOTE_NAME "VMCOREINFO"

/* A note: its header, "VMCOREINFO" padded to 12 bytes, and the text. */
enum { VMCOREINFO_FILE_MAX = 12 + 12 + VMCOREINFO_SIZE_MAX };

/* @text up to its first NUL: a page that was copied whole is padded with them. */
static struct span without_padding(struct span text)
{
	if (text.size != 0) {
		const unsigned char *end = memchr(text.data, '\0', text.size);
		if (end)
			text.size = (size_t)(end - text.data);
	}
	return text;
}

static struct vmw_error *read_small_file(const char *path, unsigned char *buffer, size_t room,
					 size_t *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return error_in_file(error_os(errno, where_none(), "VMCOREINFO: cannot open it"),
				     path);
	size_t size = 0;
	while (size < room) {
		ssize_t got = read(fd, buffer + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int code = errno;
			close(fd);
			return error_in_file(
				error_os(code, where_file(size), "VMCOREINFO: cannot read it"),
				path);
		}
		if (got == 0)
			break;
		size += (size_t)got;
	}
	close(fd);
	*ret = size;
	return NULL;
}

/* The file in the options: the text, or the note as it stands in a core file or in memory. */
static struct vmw_error *read_from_option(struct kernel *kernel, const char *path,
					  struct identity_evidence *evidence)
{
	_cleanup_(freep) unsigned char *bytes = malloc(VMCOREINFO_FILE_MAX + 1);
	struct note note;
	size_t size = 0;

	if (!bytes)
		return error_no_memory();
	TRY(read_small_file(path, bytes, VMCOREINFO_FILE_MAX + 1, &size));
	if (size > VMCOREINFO_FILE_MAX)
		return error_in_file(error_new(VMW_ERROR_BAD_DATA, where_none(),
					       "VMCOREINFO: more than %d bytes",
					       VMCOREINFO_FILE_MAX),
				     path);

	struct span text = { bytes, size };
	/* Text has letters where a note has its sizes, so the name's place decides. */
	if (size >= 24 && memcmp(bytes + 12, NOTE_NAME, sizeof(NOTE_NAME)) == 0 &&
	    note_find(text, kernel->order, NOTE_NAME, &note)) {
		text = note.desc;
		evidence->has_note = true;
		evidence->note_order = note.order;
		evidence->note_from = kernel_string(kernel, "VMCOREINFO note in %s", path);
	}
	TRY(error_in_file(vmcoreinfo_parse(without_padding(text), &kernel->vmcoreinfo), path));
	kernel->vmcoreinfo_from = kernel_string(kernel, "file %s", path);
	evidence->from_option = true;
	return NULL;
}

/*
 * Take @text as the dump's VMCOREINFO, or only hold it against what was taken before. Text that
 * does not parse is a problem, and the next source is asked.
 */
static struct vmw_error *take_text(struct kernel *kernel, struct span text, const char *from,
				   struct problems *problems, struct identity_evidence *evidence)
{
	_cleanup_(vmcoreinfo_freep) struct vmcoreinfo *info = NULL;
	struct vmw_error *err = vmcoreinfo_parse(without_padding(text), &info);

	if (err && err->kind == VMW_ERROR_BAD_DATA) {
		problem_add(problems, "vmcoreinfo-bad", VMW_WARNING, err->where, NULL, "%s: %s",
			    from, err->message);
		vmw_error_free(err);
		return NULL;
	}
	if (err)
		return err;
	if (!kernel->vmcoreinfo) {
		kernel->vmcoreinfo = TAKE(info);
		kernel->vmcoreinfo_from = from;
		return NULL;
	}

	const char *taken = vmcoreinfo_string(kernel->vmcoreinfo, "OSRELEASE");
	const char *other = vmcoreinfo_string(info, "OSRELEASE");
	if (!taken || !other || strcmp(taken, other) == 0)
		return NULL;
	if (evidence->from_option && !evidence->own_release)
		evidence->own_release = kernel_string(kernel, "%s", other);
	problem_add(problems, "vmcoreinfo-differs", VMW_PARTIAL, where_none(), NULL,
		    "VMCOREINFO: %s is of release %s, %s of %s; the first is believed",
		    kernel->vmcoreinfo_from, taken, from, other);
	return NULL;
}

static struct vmw_error *
read_from_memory(struct kernel *kernel, struct reader *reader, const struct kernel_options *options,
		 struct problems *problems, struct identity_evidence *evidence)
{
	const struct image *image = dump_image(kernel->dump);
	struct search_result found = { 0 };
	struct vmw_error *err = search_vmcoreinfo(reader, image->order, &options->progress,
						  problems, &found);

	if (!err) {
		kernel->vmcoreinfo = found.info;
		kernel->vmcoreinfo_from = kernel_string(
			kernel, "%s in memory at physical 0x%" PRIx64,
			found.note ? "VMCOREINFO note" : "VMCOREINFO text", found.phys.value);
		if (found.note && !evidence->has_note) {
			evidence->has_note = true;
			evidence->note_order = found.order;
			evidence->note_from = "VMCOREINFO note in memory";
		}
		return NULL;
	}
	if (err->kind != VMW_ERROR_MISSING && err->kind != VMW_ERROR_BAD_DATA)
		return err;
	/* Which of several kernels crashed is not guessed: their facts would be taken for each
	 * other's. */
	if (err->kind == VMW_ERROR_BAD_DATA)
		problem_add(problems, "vmcoreinfo-ambiguous", VMW_PARTIAL, err->where, err->file,
			    "%s", err->message);
	kernel->vmcoreinfo_from = kernel_string(kernel, "%s", err->message);
	vmw_error_free(err);
	return NULL;
}

struct vmw_error *identity_read_vmcoreinfo(struct kernel *kernel, struct reader *reader,
					   const struct kernel_options *options,
					   struct problems *problems, struct identity_evidence *ret)
{
	const struct image *image = dump_image(kernel->dump);
	struct note note;

	*ret = (struct identity_evidence){ 0 };
	if (options->vmcoreinfo_file)
		TRY(read_from_option(kernel, options->vmcoreinfo_file, ret));
	if (image->vmcoreinfo.size != 0)
		TRY(take_text(kernel, image->vmcoreinfo, "kdump header", problems, ret));

	/* Only this note: the others may be QEMU's, in the order of the file's headers. */
	if (note_find(image->notes, image->order, NOTE_NAME, &note)) {
		TRY(take_text(kernel, note.desc, "ELF note", problems, ret));
		if (!ret->has_note) {
			ret->has_note = true;
			ret->note_order = note.order;
			ret->note_from = "VMCOREINFO note in the file";
		}
	}
	if (kernel->vmcoreinfo)
		return NULL;
	return read_from_memory(kernel, reader, options, problems, ret);
}

/* ---- init_uts_ns ---- */

enum {
	UTS_STRING = 65,
	UTS_RELEASE = 2 * UTS_STRING,
	UTS_MACHINE = 4 * UTS_STRING,
	UTS_SIZE = 6 * UTS_STRING,
};

enum uts_state {
	UTS_UNKNOWN, /* no source has its address, or it is not in the dump */
	UTS_OTHER,   /* something else stands there */
	UTS_FOUND,
};

struct uts {
	enum uts_state state;
	vmw_virt virt;
	char release[UTS_STRING];
	char machine[UTS_STRING];
};

static struct vmw_error *uts_read(const struct kernel *kernel, struct reader *reader, vmw_virt virt,
				  struct uts *ret)
{
	char bytes[UTS_SIZE];

	*ret = (struct uts){ .state = UTS_UNKNOWN, .virt = virt };
	struct vmw_error *err = kernel_read(kernel, reader, virt, bytes, sizeof(bytes),
					    "init_uts_ns");
	if (err && (err->kind == VMW_ERROR_MISSING || err->kind == VMW_ERROR_BAD_DATA)) {
		ret->state = err->kind == VMW_ERROR_MISSING ? UTS_UNKNOWN : UTS_OTHER;
		vmw_error_free(err);
		return NULL;
	}
	if (err)
		return err;

	ret->state = UTS_OTHER;
	if (strncmp(bytes, "Linux", UTS_STRING) != 0 ||
	    !memchr(bytes + UTS_RELEASE, '\0', UTS_STRING) ||
	    !memchr(bytes + UTS_MACHINE, '\0', UTS_STRING))
		return NULL;
	memcpy(ret->release, bytes + UTS_RELEASE, UTS_STRING);
	memcpy(ret->machine, bytes + UTS_MACHINE, UTS_STRING);
	ret->state = UTS_FOUND;
	return NULL;
}

static struct vmw_error *uts_find(const struct kernel *kernel, struct reader *reader,
				  struct uts *ret)
{
	uint64_t offset;
	vmw_virt virt;

	*ret = (struct uts){ .state = UTS_UNKNOWN };
	if (!kernel_symbol(kernel, "init_uts_ns", &virt, NULL))
		return NULL;
	if (vmcoreinfo_offset(kernel->vmcoreinfo, "uts_namespace.name", &offset))
		return uts_read(kernel, reader, virt_at(virt.value + offset), ret);

	/* Known by a symbol table alone: the text itself shows which of the two it is. */
	TRY(uts_read(kernel, reader, virt, ret));
	if (ret->state == UTS_OTHER)
		TRY(uts_read(kernel, reader, virt_at(virt.value + 4), ret));
	return NULL;
}

static bool machine_order(const char *machine, enum order *ret)
{
	if (machine && strcmp(machine, "ppc64") == 0)
		*ret = ORDER_BIG;
	else if (machine && strcmp(machine, "ppc64le") == 0)
		*ret = ORDER_LITTLE;
	else
		return false;
	return true;
}

/* Hold VMCOREINFO against the kernel that is in memory. */
static struct vmw_error *
check_release(const struct kernel *kernel, const struct kernel_options *options,
	      struct problems *problems, const struct identity_evidence *evidence,
	      const struct uts *uts)
{
	const char *release = vmcoreinfo_string(kernel->vmcoreinfo, "OSRELEASE");

	if (!release || (uts->state == UTS_FOUND && strcmp(release, uts->release) == 0))
		return NULL;
	if (uts->state == UTS_UNKNOWN && !evidence->own_release)
		return NULL;

	if (uts->state == UTS_UNKNOWN)
		return error_in_file(error_new(VMW_ERROR_BAD_DATA, where_none(),
					       "VMCOREINFO is of release %s, but the dump's own is "
					       "of %s, and no init_uts_ns in memory decides",
					       release, evidence->own_release),
				     options->vmcoreinfo_file);

	const char *found = uts->state == UTS_FOUND ? uts->release : "no kernel's name";
	if (evidence->from_option)
		return error_in_file(error_new(VMW_ERROR_BAD_DATA, where_virt(uts->virt),
					       "VMCOREINFO is of release %s, but the dump has %s "
					       "at init_uts_ns, 0x%" PRIx64
					       ": it is of another kernel",
					       release, found, uts->virt.value),
				     options->vmcoreinfo_file);
	problem_add(problems, "vmcoreinfo-mismatch", VMW_PARTIAL, where_virt(uts->virt), NULL,
		    "VMCOREINFO (%s) is of release %s, but memory has %s at init_uts_ns, "
		    "0x%" PRIx64 ": it may be of another kernel, and the answers wrong",
		    kernel->vmcoreinfo_from, release, found, uts->virt.value);
	return NULL;
}

struct vmw_error *identity_decide(struct kernel *kernel, struct reader *reader,
				  const struct kernel_options *options, struct problems *problems,
				  const struct identity_evidence *evidence)
{
	const struct image *image = dump_image(kernel->dump);
	enum order machine, header;
	struct uts uts;

	TRY(uts_find(kernel, reader, &uts));
	TRY(check_release(kernel, options, problems, evidence, &uts));

	const char *release = vmcoreinfo_string(kernel->vmcoreinfo, "OSRELEASE");
	if (release) {
		kernel->release = release;
		kernel->release_from = "VMCOREINFO OSRELEASE";
	} else if (uts.state == UTS_FOUND) {
		kernel->release = kernel_string(kernel, "%s", uts.release);
		kernel->release_from = "init_uts_ns in memory";
	} else if (image->release) {
		kernel->release = image->release;
		kernel->release_from = "kdump header";
	} else {
		kernel->release_from = "neither VMCOREINFO nor init_uts_ns is known";
	}

	if (uts.state == UTS_FOUND && machine_order(uts.machine, &machine)) {
		kernel->order = machine;
		kernel->order_from = kernel_string(kernel, "utsname.machine %s in memory",
						   uts.machine);
		if (evidence->has_note && evidence->note_order != machine)
			problem_add(
				problems, "order-differs", VMW_PARTIAL, where_virt(uts.virt), NULL,
				"byte order: init_uts_ns says %s, but the %s is %s-endian; the "
				"first is believed",
				uts.machine, evidence->note_from, order_name(evidence->note_order));
	} else if (evidence->has_note) {
		kernel->order = evidence->note_order;
		kernel->order_from = evidence->note_from;
	} else if (machine_order(image->machine, &header)) {
		kernel->order = header;
		kernel->order_from = kernel_string(kernel, "machine %s in the kdump header",
						   image->machine);
		return NULL;
	} else {
		kernel->order = image->order;
		kernel->order_from = "the file's headers; nothing else tells";
		return NULL;
	}

	if (machine_order(image->machine, &header) && header != kernel->order)
		problem_add(problems, "order-differs", VMW_PARTIAL, where_none(), NULL,
			    "byte order: %s, but the kdump header names the machine %s; the first "
			    "is believed",
			    kernel->order_from, image->machine);
	return NULL;
}
