/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake/store.h"
#include "fake/writer.h"

struct out out_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		fake_fail("%s: %s", path, strerror(errno));
	return (struct out){ .fd = fd, .path = path };
}

void out_close(struct out *out)
{
	if (ftruncate(out->fd, (off_t)out->end) < 0 || close(out->fd) < 0)
		fake_fail("%s: %s", out->path, strerror(errno));
	out->fd = -1;
}

static void put_whole(int fd, const char *path, uint64_t offset, const void *bytes, size_t size)
{
	const unsigned char *in = bytes;

	while (size > 0) {
		ssize_t written = pwrite(fd, in, size, (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			fake_fail("%s: cannot write at 0x%" PRIx64 ": %s", path, offset,
				  strerror(errno));
		in += written;
		offset += (uint64_t)written;
		size -= (size_t)written;
	}
}

void out_put(struct out *out, uint64_t offset, const void *bytes, size_t size)
{
	put_whole(out->fd, out->path, offset, bytes, size);
	if (out->end < offset + size)
		out->end = offset + size;
}

void out_zeros(struct out *out, uint64_t offset, uint64_t size)
{
	if (out->end < offset + size)
		out->end = offset + size;
}

bool spec_is_qemu(const struct fake_dump_spec *spec)
{
	return spec->qemu || spec->foreign_headers;
}

enum order spec_header_order(const struct ram *ram, const struct fake_dump_spec *spec)
{
	return spec->foreign_headers ? order_other(ram_order(ram)) : ram_order(ram);
}

/* Append a note { namesz, descsz, type, name, desc }, name and desc padded to 4 bytes; returns the
 * offset of desc. */
static size_t note_add(struct notes *notes, const char *name, uint32_t type, const void *desc,
		       size_t desc_size, enum order order)
{
	size_t name_size = strlen(name) + 1;
	size_t desc_at = notes->size + 12 + (name_size + 3) / 4 * 4;
	size_t size = desc_at + (desc_size + 3) / 4 * 4;
	unsigned char *bytes = fake_alloc(1, size);

	if (notes->size)
		memcpy(bytes, notes->bytes, notes->size);
	store_u32(bytes + notes->size, (uint32_t)name_size, order);
	store_u32(bytes + notes->size + 4, (uint32_t)desc_size, order);
	store_u32(bytes + notes->size + 8, type, order);
	memcpy(bytes + notes->size + 12, name, name_size);
	memcpy(bytes + desc_at, desc, desc_size);
	free(notes->bytes);
	notes->bytes = bytes;
	notes->size = size;
	return desc_at;
}

struct notes notes_new(const struct ram *ram, const struct fake_dump_spec *spec)
{
	/* The crashed kernel wrote its registers itself; for QEMU the container's order is all
	 * there is. */
	enum order order = spec_is_qemu(spec) ? spec_header_order(ram, spec) : ram_order(ram);
	unsigned char prstatus[504] = { 0 };
	struct notes notes = { 0 };

	store_u32(prstatus + 32, 1, order); /* pr_pid */
	note_add(&notes, "CORE", 1, prstatus, sizeof(prstatus), order);
	if (spec->vmcoreinfo) {
		notes.text_size = strlen(spec->vmcoreinfo);
		notes.text = note_add(&notes, "VMCOREINFO", 0, spec->vmcoreinfo, notes.text_size,
				      ram_order(ram));
	}
	return notes;
}

static char *format_path(const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s%s", folder, name) < 0)
		fake_fail("no memory for a path");
	return path;
}

struct fake_files fake_dump_write_at(const struct ram *ram, const struct fake_dump_spec *spec,
				     const char *path)
{
	bool split = spec->format == FAKE_KDUMP && spec->parts > 0;
	struct fake_files files = { .count = split ? spec->parts : 1 };

	files.paths = fake_alloc(files.count, sizeof(*files.paths));
	for (size_t i = 0; i < files.count; i++) {
		char suffix[16] = "";

		if (split)
			snprintf(suffix, sizeof(suffix), ".%zu", i + 1);
		files.paths[i] = format_path(path, suffix);
		if (spec->format == FAKE_ELF)
			elf_write(ram, spec, files.paths[i]);
		else
			kdump_write(ram, spec, (unsigned int)i, files.paths[i]);
		if (spec->flattened)
			flat_write(spec, files.paths[i]);
	}
	return files;
}

struct fake_files fake_dump_write(const struct ram *ram, const struct fake_dump_spec *spec)
{
	const char *above = getenv("TMPDIR");
	char *folder = format_path(above && *above ? above : "/tmp", "/vmw-fake-XXXXXX");

	if (!mkdtemp(folder))
		fake_fail("%s: %s", folder, strerror(errno));

	_cleanup_(freep) char *path = format_path(folder, "/dump");
	struct fake_files files = fake_dump_write_at(ram, spec, path);
	files.folder = folder;
	return files;
}

void fake_files_free(struct fake_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		if (files->folder)
			unlink(files->paths[i]);
		free(files->paths[i]);
	}
	if (files->folder)
		rmdir(files->folder);
	free(files->folder);
	free(files->paths);
	*files = (struct fake_files){ 0 };
}

void fake_file_add(struct fake_files *files, const char *name, const void *bytes, size_t size)
{
	char **paths = fake_alloc(files->count + 1, sizeof(*paths));
	_cleanup_(freep) char *slash = format_path(files->folder, "/");

	memcpy(paths, files->paths, files->count * sizeof(*paths));
	paths[files->count] = format_path(slash, name);
	free(files->paths);
	files->paths = paths;

	struct out out = out_open(paths[files->count++]);
	out_put(&out, 0, bytes, size);
	out_close(&out);
}

static int open_written(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		fake_fail("%s: %s", path, strerror(errno));
	return fd;
}

void fake_file_patch(const char *path, uint64_t offset, const void *bytes, size_t size)
{
	int fd = open_written(path, O_WRONLY);

	put_whole(fd, path, offset, bytes, size);
	close(fd);
}

void fake_file_cut(const char *path, uint64_t size)
{
	if (truncate(path, (off_t)size) < 0)
		fake_fail("%s: %s", path, strerror(errno));
}

uint64_t fake_file_size(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		fake_fail("%s: %s", path, strerror(errno));
	return (uint64_t)status.st_size;
}

void fake_file_read(const char *path, uint64_t offset, void *bytes, size_t size)
{
	int fd = open_written(path, O_RDONLY);
	unsigned char *out = bytes;

	while (size > 0) {
		ssize_t got = pread(fd, out, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			fake_fail("%s: cannot read at 0x%" PRIx64 ": %s", path, offset,
				  got < 0 ? strerror(errno) : "the file ends");
		out += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	close(fd);
}
