/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turn a written dump into makedumpfile's flattened format.
 *
 * Source: makedumpfile.h, struct makedumpfile_header and makedumpfile_data_header: big-endian, 64
 * bits each, whatever the dump holds; an end record has offset and size -1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fake/store.h"
#include "fake/writer.h"

enum {
	HEADER_SIZE = 4096,
	RECORD_HEADER_SIZE = 16,
	/* How many records are overwritten in a shuffled file, about. */
	OVERWRITTEN = 20,
};

struct record {
	uint64_t offset, size;
	bool wrong; /* its bytes are not the dump's; a later record mends that */
};

struct records {
	struct record *all;
	size_t count, capacity;
};

static void record_add(struct records *records, struct record record)
{
	if (records->count == records->capacity) {
		records->capacity = records->capacity ? records->capacity * 2 : 64;
		struct record *all = fake_alloc(records->capacity, sizeof(*all));

		if (records->count)
			memcpy(all, records->all, records->count * sizeof(*all));
		free(records->all);
		records->all = all;
	}
	records->all[records->count++] = record;
}

/* Where the file's next bytes that are not a hole may be; @end when there are none. */
static uint64_t next_data(int fd, uint64_t offset, uint64_t end)
{
	off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? end : offset;
	return (uint64_t)data;
}

/* The records of a dump in ascending order, without those of zeros. */
static struct records records_plain(const char *path, uint64_t record_size)
{
	struct records records = { 0 };
	uint64_t end = fake_file_size(path);
	_cleanup_(freep) unsigned char *bytes = fake_alloc(1, record_size);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	for (uint64_t offset = 0; offset < end; offset += record_size) {
		uint64_t data = next_data(fd, offset, end);
		bool zeros = true;

		/* Whole records, so that what is left out does not depend on the file system. */
		offset = (data < end ? data : end - 1) / record_size * record_size;
		uint64_t size = record_size < end - offset ? record_size : end - offset;
		fake_file_read(path, offset, bytes, (size_t)size);
		for (uint64_t i = 0; i < size && zeros; i++)
			zeros = bytes[i] == 0;
		if (!zeros || offset + size == end)
			record_add(&records, (struct record){ .offset = offset, .size = size });
	}
	close(fd);
	return records;
}

/*
 * The same records out of order, the same in each run. Some are overwritten: in turn a wrong piece
 * that the right record covers later, and a wrong record of which a later piece, and then another,
 * are right.
 */
static struct records records_shuffled(const struct records *plain)
{
	struct records shuffled = { 0 };
	struct record *order = fake_alloc(plain->count, sizeof(*order));
	size_t step = plain->count / OVERWRITTEN + 1;
	uint64_t random = 1;

	memcpy(order, plain->all, plain->count * sizeof(*order));
	for (size_t i = plain->count; i > 1; i--) {
		/* Knuth's MMIX generator. */
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		size_t other = (size_t)((random >> 33) % i);
		struct record taken = order[i - 1];

		order[i - 1] = order[other];
		order[other] = taken;
	}
	for (size_t i = 0; i < plain->count; i += step) {
		struct record wrong = order[i];

		wrong.wrong = true;
		if (i / step % 2 == 0 && wrong.size >= 3) {
			wrong.offset += wrong.size / 3;
			wrong.size -= wrong.size / 3;
		}
		record_add(&shuffled, wrong);
	}
	for (size_t i = 0; i < plain->count; i++) {
		struct record *record = &order[i];

		if (i % step != 0 || i / step % 2 == 0 || record->size < 2) {
			record_add(&shuffled, *record);
			continue;
		}
		/* Its second half now, the first at the end. */
		uint64_t half = record->size / 2;
		record_add(&shuffled, (struct record){ .offset = record->offset + half,
						       .size = record->size - half });
		record->size = half;
	}
	for (size_t i = 0; i < plain->count; i += step) {
		if (i / step % 2 == 1)
			record_add(&shuffled, order[i]);
	}
	free(order);
	return shuffled;
}

static uint64_t put_record_header(struct out *out, uint64_t at, uint64_t offset, uint64_t size)
{
	unsigned char header[RECORD_HEADER_SIZE];

	store_u64(header, offset, ORDER_BIG);
	store_u64(header + 8, size, ORDER_BIG);
	out_put(out, at, header, sizeof(header));
	return at + sizeof(header);
}

void flat_write(const struct fake_dump_spec *spec, const char *path)
{
	uint64_t record_size = spec->flat_record ? spec->flat_record : 65536;
	struct records records = records_plain(path, record_size);
	_cleanup_(freep) unsigned char *bytes = fake_alloc(1, record_size);
	_cleanup_(freep) char *new_path = NULL;

	if (spec->flat_shuffled) {
		struct records shuffled = records_shuffled(&records);

		free(records.all);
		records = shuffled;
	}
	if (asprintf(&new_path, "%s.flat", path) < 0)
		fake_fail("no memory for a path");

	struct out out = out_open(new_path);
	unsigned char head[HEADER_SIZE] = "makedumpfile";
	store_u64(head + 16, 1, ORDER_BIG); /* type: TYPE_FLAT_HEADER */
	store_u64(head + 24, 1, ORDER_BIG); /* version: VERSION_FLAT_HEADER */
	out_put(&out, 0, head, sizeof(head));

	uint64_t at = sizeof(head);
	for (size_t i = 0; i < records.count; i++) {
		const struct record *record = &records.all[i];

		fake_file_read(path, record->offset, bytes, (size_t)record->size);
		for (uint64_t k = 0; record->wrong && k < record->size; k++)
			bytes[k] ^= 0x5a;
		at = put_record_header(&out, at, record->offset, record->size);
		out_put(&out, at, bytes, (size_t)record->size);
		at += record->size;
	}
	if (!spec->flat_no_end)
		put_record_header(&out, at, UINT64_MAX, UINT64_MAX);
	out_close(&out);
	if (rename(new_path, path) < 0)
		fake_fail("%s: %s", path, strerror(errno));
	free(records.all);
}
