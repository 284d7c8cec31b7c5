/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast are addresses of the vmemmap translated, with a table as large as the dump's list makes
 * it?
 *
 * usage: bench-translate DUMP [COUNT]
 *
 * Prints: mappings, seconds to load them, translations per second in ascending and in random order,
 * peak memory in MiB.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "vmemwalk.h"

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(struct vmw_error *error)
{
	if (!error)
		return;
	fprintf(stderr, "bench-translate: %s\n", error->message);
	exit(1);
}

/* xorshift64*: the same addresses in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Translate @count addresses; every one must be found where its mapping says. */
static double translate(struct vmw_reader *reader, const struct vmw_mapping *mappings,
			size_t mapping_count, uint64_t count, bool random)
{
	uint64_t state = 88172645463325252;
	double start = now();

	for (uint64_t i = 0; i < count; i++) {
		uint64_t pick = random ? next_random(&state) % mapping_count
				       : i * mapping_count / count;
		const struct vmw_mapping *mapping = &mappings[pick];
		uint64_t offset = i * 64 % mapping->size;
		struct vmw_translation translation;
		bool mapped;

		must(vmw_translate(reader, (vmw_virt){ mapping->virt.value + offset }, &translation,
				   &mapped));
		if (!mapped || translation.phys.value != mapping->phys.value + offset) {
			fprintf(stderr, "bench-translate: 0x%" PRIx64 " is translated wrongly\n",
				mapping->virt.value + offset);
			exit(1);
		}
	}
	return (double)count / (now() - start);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "";
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
	struct vmw_dump *dump;
	struct vmw_reader *reader;
	const struct vmw_mapping *mappings;
	size_t mapping_count;
	bool complete;
	struct rusage usage;

	double start = now();
	must(vmw_dump_open(&path, 1, NULL, &dump));
	must(vmw_dump_mappings(dump, &mappings, &mapping_count, &complete));
	double loaded = now() - start;
	must(vmw_reader_new(dump, &reader));
	double ascending = translate(reader, mappings, mapping_count, count, false);
	double random = translate(reader, mappings, mapping_count, count, true);
	getrusage(RUSAGE_SELF, &usage);
	printf("%zu %.6f %.0f %.0f %.1f\n", mapping_count, loaded, ascending, random,
	       (double)usage.ru_maxrss / 1024);
	vmw_reader_free(reader);
	vmw_dump_close(dump);
	return 0;
}
