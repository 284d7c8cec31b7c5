/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump/flat.h"
#include "util/checked.h"

struct file {
	char *path;
	int fd;
	uint64_t raw_size;       /* bytes behind fd when it was opened */
	struct flat_index *flat; /* NULL: the file is what it looks like */
	struct stat status;
};

/* What cannot be a dump, by its kind; NULL for what can. */
static const char *refusal_by_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFBLK:
		return NULL;
	case S_IFDIR:
		return "is a directory: give the dump file in it";
	case S_IFIFO:
		return "is a pipe, which cannot be read at an offset: write the dump to a file first";
	case S_IFSOCK:
		return "is a socket: write the dump to a file first";
	case S_IFCHR:
		return "is a character device (a terminal, or memory of this machine): give the dump file";
	default:
		return "is neither a file nor a block device";
	}
}

NODISCARD static struct vmw_error *check_kind(const struct stat *status)
{
	const char *refusal = refusal_by_kind(status->st_mode);

	return refusal ? error_new(VMW_ERROR_NOT_A_DUMP, where_none(), "%s", refusal) : NULL;
}

/* Read until @size bytes are there or the file ends. */
NODISCARD static struct vmw_error *read_raw(const struct file *file, uint64_t offset, void *buffer,
					    size_t size, size_t *ret_got)
{
	size_t got = 0;

	*ret_got = 0;
	/* A file that grows meanwhile keeps the size it had: what is known of it stays true. The
	 * size came as an off_t, so no offset below it overflows one. */
	if (offset >= file->raw_size)
		return NULL;
	size = (size_t)min_u64(size, file->raw_size - offset);
	while (got < size) {
		ssize_t part = pread(file->fd, (char *)buffer + got, size - got,
				     (off_t)(offset + got));
		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_in_file(error_os(errno, where_file(offset + got),
						      "cannot read %zu bytes at offset %" PRIu64,
						      size - got, offset + got),
					     file->path);
		if (part == 0)
			break;
		got += (size_t)part;
	}
	*ret_got = got;
	return NULL;
}

NODISCARD static struct vmw_error *find_size(struct file *file)
{
	/* st_size is 0 for a block device. */
	off_t size = S_ISBLK(file->status.st_mode) ? lseek(file->fd, 0, SEEK_END)
						   : file->status.st_size;

	if (size < 0)
		return error_os(errno, where_none(), "cannot find its size");
	if (size == 0)
		return error_new(
			VMW_ERROR_NOT_A_DUMP, where_none(),
			"is empty: writing the dump never began, or it was copied wrongly");
	file->raw_size = (uint64_t)size;
	return NULL;
}

NODISCARD static struct vmw_error *index_if_flattened(struct file *file, struct problems *problems)
{
	unsigned char head[FLAT_SIGNATURE_SIZE];
	size_t got;

	TRY(read_raw(file, 0, head, sizeof(head), &got));
	if (!flat_matches((struct span){ head, got }))
		return NULL;
	TRY(flat_index_read(file->fd, file->raw_size, file->path, problems, &file->flat));
	if (flat_index_end(file->flat) == 0)
		return error_new(VMW_ERROR_TRUNCATED, where_file(file->raw_size),
				 "flattened file: no record of the dump is in its %" PRIu64
				 " bytes; the transfer was cut at its start",
				 file->raw_size);
	return NULL;
}

NODISCARD static struct vmw_error *open_path(const char *path, struct problems *problems,
					     struct file *file)
{
	/*
	 * Ask before opening: opening a pipe waits for its writer, opening a device may do
	 * something. Asked again behind the open, as the name may have become another file.
	 */
	if (stat(path, &file->status) < 0)
		return error_os(errno, where_none(), "cannot open");
	TRY(check_kind(&file->status));
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0)
		return error_os(errno, where_none(), "cannot open");
	if (fstat(file->fd, &file->status) < 0)
		return error_os(errno, where_none(), "cannot open");
	TRY(check_kind(&file->status));
	TRY(find_size(file));
	return index_if_flattened(file, problems);
}

struct vmw_error *file_open(const char *path, struct problems *problems, struct file **ret)
{
	_cleanup_(file_closep) struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return error_no_memory();
	file->fd = -1;
	file->path = strdup(path);
	if (!file->path)
		return error_no_memory();

	struct vmw_error *error = open_path(path, problems, file);
	if (error)
		return error_in_file(error, path);
	*ret = TAKE(file);
	return NULL;
}

void file_close(struct file *file)
{
	if (!file)
		return;
	flat_index_free(file->flat);
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	free(file);
}

const char *file_path(const struct file *file)
{
	return file->path;
}

uint64_t file_size(const struct file *file)
{
	return file->flat ? flat_index_end(file->flat) : file->raw_size;
}

bool file_is_flattened(const struct file *file)
{
	return file->flat != NULL;
}

bool file_same(const struct file *a, const struct file *b)
{
	/* The same device may have two nodes. */
	if (S_ISBLK(a->status.st_mode) && S_ISBLK(b->status.st_mode))
		return a->status.st_rdev == b->status.st_rdev;
	return a->status.st_dev == b->status.st_dev && a->status.st_ino == b->status.st_ino;
}

NODISCARD static struct vmw_error *read_flattened(const struct file *file, uint64_t offset,
						  void *buffer, size_t size, size_t *ret_got)
{
	uint64_t end = flat_index_end(file->flat);
	size_t got = 0;

	*ret_got = 0;
	while (got < size && offset + got < end) {
		struct flat_run run = flat_index_find(file->flat, offset + got);
		size_t part = (size_t)min_u64(run.size, size - got);
		size_t read = part;

		if (run.kind == FLAT_MISSING)
			break;
		if (run.kind == FLAT_HOLE)
			memset((char *)buffer + got, 0, part);
		else
			TRY(read_raw(file, run.position, (char *)buffer + got, part, &read));
		got += read;
		if (read < part)
			break;
	}
	*ret_got = got;
	return NULL;
}

struct vmw_error *file_read(const struct file *file, uint64_t offset, void *buffer, size_t size,
			    size_t *ret_got)
{
	return file->flat ? read_flattened(file, offset, buffer, size, ret_got)
			  : read_raw(file, offset, buffer, size, ret_got);
}

uint64_t file_missing(const struct file *file, uint64_t offset)
{
	if (!file->flat || offset >= flat_index_end(file->flat))
		return 0;
	struct flat_run run = flat_index_find(file->flat, offset);
	return run.kind == FLAT_MISSING ? run.size : 0;
}

/* The hole of a sparse file at @offset of what is behind fd. */
static uint64_t raw_hole(const struct file *file, uint64_t offset)
{
	struct stat now;

	if (offset >= file->raw_size)
		return 0;
	/* The position that this moves is nobody's: all reads are pread(). */
	off_t data = lseek(file->fd, (off_t)offset, SEEK_DATA);
	if (data >= 0)
		return min_u64((uint64_t)data, file->raw_size) - offset;
	/* A hole to the end; a file that has shrunk below @offset says the same. */
	if (errno == ENXIO && fstat(file->fd, &now) == 0 && now.st_size >= 0 &&
	    (uint64_t)now.st_size >= file->raw_size)
		return file->raw_size - offset;
	return 0;
}

uint64_t file_hole(const struct file *file, uint64_t offset)
{
	if (!file->flat)
		return raw_hole(file, offset);
	if (offset >= flat_index_end(file->flat))
		return 0;

	struct flat_run run = flat_index_find(file->flat, offset);
	switch (run.kind) {
	case FLAT_HOLE:
		return run.size;
	case FLAT_WRITTEN:
		return min_u64(run.size, raw_hole(file, run.position));
	case FLAT_MISSING:
		break;
	}
	return 0;
}

struct vmw_error *file_read_whole(const struct file *file, uint64_t offset, void *buffer,
				  size_t size, const char *what)
{
	size_t got;

	TRY(file_read(file, offset, buffer, size, &got));
	if (got == size)
		return NULL;
	return error_in_file(error_new(VMW_ERROR_TRUNCATED, where_file(offset),
				       "%s: needs %zu bytes at offset %" PRIu64
				       ", only %zu of them are in the file",
				       what, size, offset, got),
			     file->path);
}
