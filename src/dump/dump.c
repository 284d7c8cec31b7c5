/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/dump.h"

#include "dump/file.h"
#include "dump/probe.h"
#include "util/text.h"

struct dump {
	struct file **files;
	size_t file_count;
	struct image *image;
};

/* Open @path as the next file of @dump. Its format must be that of those before, *@format. */
NODISCARD static struct vmw_error *add_file(struct dump *dump, const char *path,
					    struct problems *problems,
					    const struct image_format **format)
{
	const struct image_format *found;
	struct file *file;

	TRY(file_open(path, problems, &file));
	dump->files[dump->file_count++] = file;
	for (size_t i = 0; i + 1 < dump->file_count; i++) {
		if (!file_same(dump->files[i], file))
			continue;
		const char *other = file_path(dump->files[i]);
		bool same_name = strcmp(other, path) == 0;
		return error_in_file(error_new(VMW_ERROR_MISUSE, where_none(),
					       "is given twice%s%s: leave out one",
					       same_name ? "" : ", also as ",
					       same_name ? "" : other),
				     path);
	}

	TRY(probe_file(file, &found));
	if (*format && *format != found)
		return error_in_file(error_new(VMW_ERROR_MISUSE, where_none(),
					       "is of format %s, but %s is of format %s: they "
					       "are not parts of one dump",
					       found->name, file_path(dump->files[0]),
					       (*format)->name),
				     path);
	*format = found;
	return NULL;
}

struct vmw_error *dump_open(const char *const *paths, size_t count, struct problems *problems,
			    struct dump **ret)
{
	_cleanup_(dump_closep) struct dump *dump = calloc(1, sizeof(*dump));
	const struct image_format *format = NULL;

	if (count == 0)
		return error_new(VMW_ERROR_MISUSE, where_none(), "no dump file is given");
	if (!dump)
		return error_no_memory();
	dump->files = calloc(count, sizeof(*dump->files));
	if (!dump->files)
		return error_no_memory();
	for (size_t i = 0; i < count; i++)
		TRY(add_file(dump, paths[i], problems, &format));
	TRY(format->open((const struct file *const *)dump->files, count, problems, &dump->image));
	*ret = TAKE(dump);
	return NULL;
}

void dump_close(struct dump *dump)
{
	if (!dump)
		return;
	if (dump->image)
		dump->image->format->close(dump->image);
	for (size_t i = 0; i < dump->file_count; i++)
		file_close(dump->files[i]);
	free(dump->files);
	free(dump);
}

const struct image *dump_image(const struct dump *dump)
{
	return dump->image;
}

size_t dump_file_count(const struct dump *dump)
{
	return dump->file_count;
}

const struct file *dump_file(const struct dump *dump, size_t index)
{
	return dump->files[index];
}

const char *reason_text(enum reason reason)
{
	switch (reason) {
	case REASON_NONE:
		return "present";
	case REASON_FILTERED:
		return "filtered out when the dump was written";
	case REASON_NO_SEGMENT:
		return "no segment of the dump covers it";
	case REASON_NO_BIT:
		return "the dump's bitmap has no memory there";
	case REASON_CUT:
		return "the file ends before it";
	case REASON_NEVER_WRITTEN:
		return "never written: writing the dump was not finished";
	case REASON_BAD_DESCRIPTOR:
		return "its page descriptor makes no sense";
	case REASON_CODEC:
		return "its compressed bytes do not decode";
	case REASON_NO_CODEC:
		return "compressed with a codec that is not built in";
	case REASON_NO_PART:
		return "in a part of the split dump that was not given";
	case REASON_CONFLICT:
		return "two segments of the dump give different bytes for it";
	}
	return "unknown";
}

char *dump_explain(const struct dump *dump, vmw_phys phys, enum reason reason)
{
	const struct image_format *format = dump->image->format;
	_cleanup_(freep) char *more = format->explain ? format->explain(dump->image, phys, reason)
						      : NULL;

	return more ? text_format("%s: %s", reason_text(reason), more)
		    : text_format("%s", reason_text(reason));
}
