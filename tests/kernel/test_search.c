/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/search.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake/dump.h"
#include "fake/kernel.h"
#include "fake/ram.h"

#define MIB (UINT64_C(1) << 20)

/* ---- memory with texts ---- */

/* Of the texts below: where it says init_uts_ns is. */
enum { UTS_OFFSET = 0x8000 };

/* A text that is proven by put_uts(); every field that is 0 has a default. */
struct text_spec {
	uint64_t phys; /* of the text, or of the note header before it */
	bool note;
	uint64_t image;      /* physical address of _stext; init_uts_ns is UTS_OFFSET behind */
	const char *release; /* "6.12.0-fake" */
	const char *lines;   /* behind all others */
};

static void put_uts(struct ram *ram, uint64_t phys, const char *release, const char *machine)
{
	char name[6][65] = { "Linux", "fake" };

	snprintf(name[2], sizeof(name[2]), "%s", release);
	snprintf(name[4], sizeof(name[4]), "%s", machine);
	ram_put(ram, phys, name, sizeof(name));
}

/* The physical address of the text. */
static uint64_t put_text(struct ram *ram, const struct text_spec *spec)
{
	char text[4096];
	int size = snprintf(text, sizeof(text),
			    "OSRELEASE=%s\nBUILD-ID=00112233445566778899aabbccddeeff00112233\n"
			    "PAGESIZE=65536\nSYMBOL(init_uts_ns)=%" PRIx64
			    "\nOFFSET(uts_namespace.name)=0\nSYMBOL(_stext)=%" PRIx64 "\n%s",
			    spec->release ? spec->release : "6.12.0-fake",
			    UINT64_C(0xc000000000000000) + spec->image + UTS_OFFSET,
			    UINT64_C(0xc000000000000000) + spec->image,
			    spec->lines ? spec->lines : "");
	uint64_t phys = spec->phys;

	assert_in_range(size, 1, sizeof(text) - 1);
	if (spec->note) {
		ram_put_u32(ram, phys, 11);
		ram_put_u32(ram, phys + 4, (uint32_t)size);
		ram_put_u32(ram, phys + 8, 0);
		ram_put(ram, phys + 12, "VMCOREINFO\0", 12);
		phys += 24;
	}
	ram_put(ram, phys, text, (size_t)size);
	return phys;
}

/* 16 MiB in 64K frames, and the utsname of the kernel at @image. */
static struct ram *memory_new(enum order order)
{
	struct ram *ram = ram_new(16 * MIB, 65536, order);
	put_uts(ram, UTS_OFFSET, "6.12.0-fake", order == ORDER_BIG ? "ppc64" : "ppc64le");
	return ram;
}

/* ---- what the search says of it ---- */

struct answer {
	struct problems *problems;
	struct search_result result;
	struct vmw_error *error;
	struct fake_files files;
};

static void answer_deinit(struct answer *answer)
{
	vmcoreinfo_free(answer->result.info);
	vmw_error_free(answer->error);
	problems_free(answer->problems);
	fake_files_free(&answer->files);
}

static void search_files(struct answer *answer, enum order order,
			 const struct search_progress *progress)
{
	_cleanup_(dump_closep) struct dump *dump = NULL;
	_cleanup_(reader_freep) struct reader *reader = NULL;

	assert_null(problems_new(&answer->problems));
	assert_null(dump_open((const char *const *)answer->files.paths, answer->files.count,
			      answer->problems, &dump));
	assert_null(reader_new(dump, &reader));
	answer->error = search_vmcoreinfo(reader, order, progress, answer->problems,
					  &answer->result);
}

/* Search @ram, which is freed, in a dump of it as @spec says (an ELF file if NULL). */
static struct answer search(struct ram *ram, const struct fake_dump_spec *spec)
{
	struct answer answer = { 0 };

	ram_exclude_untouched(ram);
	answer.files = fake_dump_write(ram, spec ? spec : &(struct fake_dump_spec){ 0 });
	/* The order that the search has to find out by itself. */
	search_files(&answer, order_other(ram_order(ram)), NULL);
	ram_free(ram);
	return answer;
}

static void assert_found(const struct answer *answer, uint64_t phys, bool note, enum order order,
			 size_t candidates)
{
	if (answer->error)
		print_error("%s\n", answer->error->message);
	assert_null(answer->error);
	assert_int_equal(answer->result.phys.value, phys);
	assert_int_equal(answer->result.note, note);
	assert_int_equal(answer->result.order, order);
	assert_int_equal(answer->result.candidates, candidates);
	assert_non_null(answer->result.info);
}

static void assert_refused(const struct answer *answer, enum vmw_error_kind kind,
			   const char *message)
{
	assert_non_null(answer->error);
	assert_null(answer->result.info);
	if (answer->error->kind != kind || !strstr(answer->error->message, message))
		print_error("got kind %d: %s\n", answer->error->kind, answer->error->message);
	assert_int_equal(answer->error->kind, kind);
	assert_non_null(strstr(answer->error->message, message));
}

/* The message of the problem "vmcoreinfo-several", NULL when there is none. */
static const char *several(const struct answer *answer)
{
	size_t count;
	const struct vmw_problem *list = problems_list(answer->problems, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].code, "vmcoreinfo-several") == 0) {
			assert_int_equal(list[i].severity, VMW_NOTE);
			return list[i].message;
		}
	}
	return NULL;
}

/* ---- one kernel ---- */

static void a_whole_kernels_note_is_found_in_every_kind_of_dump(void **state)
{
	static const struct fake_dump_spec dumps[] = {
		{ .format = FAKE_ELF },
		{ .format = FAKE_ELF, .foreign_headers = true },
		{ .format = FAKE_ELF, .flattened = true },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB },
		{ .format = FAKE_KDUMP, .codec = FAKE_ZLIB, .foreign_headers = true },
		{ .format = FAKE_KDUMP, .codec = FAKE_STORED, .parts = 3 },
	};

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
			struct ram *ram = ram_new(64 * MIB, i % 2 ? 4096 : 65536, order);
			struct fake_kernel kernel = fake_kernel_put(
				ram, &(struct fake_kernel_spec){ .note_in_memory = true,
								 .text_in_memory = true,
								 .crashtime = true });
			_cleanup_(answer_deinit) struct answer answer = search(ram, &dumps[i]);

			assert_found(&answer, kernel.note_page + 24, true, order, 1);
			struct span text = vmcoreinfo_text(answer.result.info);
			assert_int_equal(text.size, strlen(kernel.vmcoreinfo));
			assert_memory_equal(text.data, kernel.vmcoreinfo, text.size);
			assert_null(several(&answer));
			fake_kernel_free(&kernel);
		}
	}
}

static void a_bare_text_gets_its_order_from_utsname(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		put_text(ram, &(struct text_spec){ .phys = 4 * MIB });
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);

		assert_found(&answer, 4 * MIB, false, order, 1);
		assert_string_equal(vmcoreinfo_string(answer.result.info, "OSRELEASE"),
				    "6.12.0-fake");
	}
}

static void without_a_machine_name_the_callers_order_is_taken(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		put_uts(ram, UTS_OFFSET, "6.12.0-fake", "alpha");
		put_text(ram, &(struct text_spec){ .phys = 4 * MIB });
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);

		assert_found(&answer, 4 * MIB, false, order_other(order), 1);
	}
}

static void a_text_may_stand_across_any_boundary_of_what_is_read(void **state)
{
	/* 4-byte aligned places, as the static arrays before 4.13 have; memory from 3 MiB on is
	 * read by 1 MiB. */
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (uint64_t before = 0; before <= 40; before += 4) {
			for (int note = 0; note <= 1; note++) {
				struct ram *ram = memory_new(order);
				for (uint64_t phys = 3 * MIB; phys < 5 * MIB; phys += 65536)
					ram_put(ram, phys + 60000, "x", 1);
				uint64_t phys = put_text(
					ram, &(struct text_spec){ .phys = 4 * MIB - before,
								  .note = note });
				_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
				assert_found(&answer, phys, note, order, 1);
			}
		}
	}
}

static void a_text_that_is_not_aligned_is_none(void **state)
{
	for (uint64_t offset = 1; offset <= 3; offset++) {
		struct ram *ram = memory_new(ORDER_BIG);
		put_text(ram, &(struct text_spec){ .phys = 4 * MIB + offset });
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		assert_refused(&answer, VMW_ERROR_MISSING, "not in the memory that the dump holds");
	}
}

static void an_old_kernels_utsname_is_found_without_its_offset(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (uint64_t offset = 0; offset <= 8; offset += 4) {
			struct ram *ram = ram_new(64 * MIB, 65536, order);
			struct fake_kernel kernel = fake_kernel_put(
				ram, &(struct fake_kernel_spec){
					     .note_in_memory = true,
					     .memory_offset = 0x1a4,
					     .release = "3.10.0-957.el7",
					     .uts_name_offset = offset,
					     .drop = "BUILD-ID OFFSET(uts_namespace.name)" });
			_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
			assert_found(&answer, kernel.note_page + 24, true, order, 1);
			fake_kernel_free(&kernel);
		}
	}
}

static void the_note_is_preferred_to_the_text_and_crashtime_to_none(void **state)
{
	static const struct {
		struct text_spec texts[3];
		size_t best;
	} cases[] = {
		{ { { .phys = 4 * MIB }, { .phys = 5 * MIB, .note = true }, { .phys = 6 * MIB } },
		  1 },
		{ { { .phys = 4 * MIB, .note = true },
		    { .phys = 5 * MIB },
		    { .phys = 6 * MIB, .note = true, .lines = "CRASHTIME=1\n" } },
		  2 },
		/* The safe copy for the capture kernel has no note header. */
		{ { { .phys = 4 * MIB },
		    { .phys = 5 * MIB, .note = true },
		    { .phys = 6 * MIB, .lines = "CRASHTIME=1\n" } },
		  1 },
		{ { { .phys = 4 * MIB },
		    { .phys = 5 * MIB, .lines = "CRASHTIME=1\n" },
		    { .phys = 6 * MIB } },
		  1 },
		{ { { .phys = 4 * MIB }, { .phys = 5 * MIB }, { .phys = 6 * MIB } }, 0 },
		/* One that was cut within its page, a whole one, one of a full page. */
		{ { { .phys = 4 * MIB, .lines = "SIZE(pa" },
		    { .phys = 5 * MIB, .lines = "SIZE(page)=64\nSIZE(zone)=1408\n" },
		    { .phys = 6 * MIB, .lines = "SIZE(page)=64\nSIZ" } },
		  1 },
	};

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct ram *ram = memory_new(order);
			uint64_t phys[3];
			for (size_t k = 0; k < 3; k++)
				phys[k] = put_text(ram, &cases[i].texts[k]);
			_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
			assert_found(&answer, phys[cases[i].best],
				     cases[i].texts[cases[i].best].note, order, 1);
			assert_null(several(&answer));
		}
	}
}

static void a_text_that_fills_its_page_ends_with_it(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		/* More lines than fit: the text is cut within one, as the kernel does it. */
		char lines[2048] = "";
		for (unsigned int i = 0; i < 40; i++)
			sprintf(lines + strlen(lines), "SYMBOL(symbol_%u)=c000000000000000\n", i);
		struct ram *ram = ram_new(64 * MIB, 4096, order);
		struct fake_kernel kernel = fake_kernel_put(
			ram, &(struct fake_kernel_spec){ .text_in_memory = true, .add = lines });
		assert_int_equal(strlen(kernel.vmcoreinfo), 4096);
		ram_put(ram, kernel.text_page + 4096, "HIDDEN=1\n", 9);
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);

		assert_found(&answer, kernel.text_page, false, order, 1);
		assert_int_equal(vmcoreinfo_text(answer.result.info).size, 4096);
		assert_null(vmcoreinfo_string(answer.result.info, "HIDDEN"));
		fake_kernel_free(&kernel);
	}
}

static void a_whole_text_is_preferred_to_a_note_that_the_dump_lacks_the_end_of(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		static const char lines[] = "SIZE(page)=64\nSIZE(zone)=1408\n";
		put_text(ram, &(struct text_spec){ .phys = 4 * MIB, .lines = lines });
		/* All but the last lines lie before 5 MiB. */
		put_text(ram, &(struct text_spec){
				      .phys = 5 * MIB - 230, .note = true, .lines = lines });
		ram_exclude_untouched(ram);
		ram_set_data(ram, 5 * MIB, 65536, VMW_EXCLUDED);
		struct answer answer = { 0 };
		answer.files = fake_dump_write(ram, &(struct fake_dump_spec){ 0 });
		search_files(&answer, order, NULL);

		assert_found(&answer, 4 * MIB, false, order, 1);
		ram_free(ram);
		answer_deinit(&answer);
	}
}

static void every_prefix_of_a_text_is_proven_or_passed_over(void **state)
{
	static const char text[] = "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\n"
				   "SYMBOL(init_uts_ns)=c000000000008000\n"
				   "OFFSET(uts_namespace.name)=0\nSIZE(page)=64\n";
	/* From here on all that proves it is there: the offset is found without its line. */
	size_t proven = (size_t)(strstr(text, "OFFSET") - text);

	for (size_t size = 0; size < sizeof(text); size++) {
		enum order order = size % 2 ? ORDER_BIG : ORDER_LITTLE;
		struct ram *ram = memory_new(order);
		ram_put(ram, 4 * MIB, text, size);
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		uint64_t value;
		if (size < proven) {
			assert_refused(&answer, VMW_ERROR_MISSING, "VMCOREINFO: ");
			continue;
		}
		assert_found(&answer, 4 * MIB, false, order, 1);
		if (vmcoreinfo_size(answer.result.info, "page", &value))
			assert_int_equal(value, 64);
	}
}

/* ---- none ---- */

static void a_text_that_memory_does_not_prove_is_missing_with_the_reason(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "PAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000008000\n", NULL },
		{ "OSRELEASE=6.12.1-other\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000008000\n",
		  "at physical 0x400000: init_uts_ns at 0xc000000000008000 is not of that kernel" },
		/* A release of which the other is the beginning, and the other way round. */
		{ "OSRELEASE=6.12.0-fak\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000008000\n",
		  "is not of that kernel" },
		{ "OSRELEASE=6.12.0-fakes\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000008000\n",
		  "is not of that kernel" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000018000\n",
		  "init_uts_ns at 0xc000000000018000 is not in the dump" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000008008\n",
		  "is not of that kernel" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=ffffffffffffffff\n",
		  "is no address of the kernel image" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=8000\n",
		  "is no address of the kernel image" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\nSYMBOL(init_uts_ns)=c000000000008000\n"
		  "OFFSET(uts_namespace.name)=18446744073709551615\n",
		  "is no address of the kernel image" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=65536\n", "it has no SYMBOL(init_uts_ns)" },
		{ "OSRELEASE=6.12.0-fake\nPAGESIZE=8192\nSYMBOL(init_uts_ns)=c000000000008000\n",
		  "its PAGESIZE is not 4096 or 65536" },
		{ "OSRELEASE=6.12.0-fake\nSYMBOL(init_uts_ns)=c000000000008000\n",
		  "its PAGESIZE is not 4096 or 65536" },
		/* The kernel's own format string, scripts, a release that is none. */
		{ "OSRELEASE=%s\n", NULL },
		{ "OSRELEASE=\nPAGESIZE=65536\n", NULL },
		{ "OSRELEASE=$(uname -r)\nPAGESIZE=65536\n", NULL },
		{ "OSRELEASE=6.12.0-fake\nmore", NULL },
		{ "OSRELEASE=0123456789012345678901234567890123456789012345678901234567890123456789"
		  "\nPAGESIZE=65536\n",
		  NULL },
	};

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct ram *ram = memory_new(order);
			ram_put(ram, 4 * MIB, cases[i].text, strlen(cases[i].text));
			_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
			assert_refused(&answer, VMW_ERROR_MISSING,
				       cases[i].message ? cases[i].message
							: "not in the memory that the dump holds");
		}
	}
}

static void a_note_header_that_makes_no_sense_leaves_a_bare_text(void **state)
{
	static const uint32_t headers[][3] = {
		/* namesz, descsz, type */
		{ 12, 200, 0 },        { 11, 0, 0 },   { 11, 65537, 0 },
		{ 11, 0xffffffff, 0 }, { 11, 200, 1 },
	};

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
			struct ram *ram = memory_new(order);
			uint64_t phys = put_text(
				ram, &(struct text_spec){ .phys = 4 * MIB, .note = true });
			for (size_t k = 0; k < 3; k++)
				ram_put_u32(ram, 4 * MIB + 4 * k, headers[i][k]);
			_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
			assert_found(&answer, phys, false, order, 1);
		}
	}
}

static void a_note_ends_where_its_header_says(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		uint64_t phys = put_text(
			ram,
			&(struct text_spec){ .phys = 4 * MIB, .note = true, .lines = "LAST=1\n" });
		uint32_t size = (uint32_t)(strlen("LAST=1\n"));
		uint64_t whole = phys;
		char byte;
		do
			ram_get(ram, whole++, &byte, 1);
		while (byte);
		ram_put_u32(ram, 4 * MIB + 4, (uint32_t)(whole - 1 - phys) - size);
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);

		assert_found(&answer, phys, true, order, 1);
		assert_null(vmcoreinfo_string(answer.result.info, "LAST"));
	}
}

static void empty_memory_has_none(void **state)
{
	struct ram *ram = ram_new(16 * MIB, 65536, ORDER_BIG);
	ram_put(ram, 0, "x", 1);
	_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
	assert_refused(&answer, VMW_ERROR_MISSING, "not in the memory that the dump holds");
}

/* ---- several kernels ---- */

/* Two kernels: at 0, and at 8 MiB as if relocated. */
static struct ram *two_kernels(enum order order, const char *lines, const char *lines_relocated)
{
	struct ram *ram = memory_new(order);
	put_uts(ram, 8 * MIB + UTS_OFFSET, "6.12.0-kdump",
		order == ORDER_BIG ? "ppc64" : "ppc64le");
	put_text(ram, &(struct text_spec){ .phys = 4 * MIB, .note = true, .lines = lines });
	put_text(ram, &(struct text_spec){ .phys = 12 * MIB,
					   .note = true,
					   .image = 8 * MIB,
					   .release = "6.12.0-kdump",
					   .lines = lines_relocated });
	return ram;
}

static void the_crashed_kernel_is_taken_and_the_capture_kernel_named(void **state)
{
	static const struct {
		const char *lines, *lines_relocated;
	} cases[] = {
		{ "CRASHTIME=1\n", NULL },
		{ NULL, NULL },
		/* The capture kernel crashed too. */
		{ "CRASHTIME=1\n", "CRASHTIME=2\n" },
	};

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			_cleanup_(answer_deinit) struct answer answer = search(
				two_kernels(order, cases[i].lines, cases[i].lines_relocated), NULL);
			assert_found(&answer, 4 * MIB + 24, true, order, 2);
			assert_non_null(several(&answer));
			assert_non_null(strstr(several(&answer), "taken: release 6.12.0-fake"));
			assert_non_null(strstr(several(&answer),
					       "not: release 6.12.0-kdump, _stext "
					       "0xc000000000800000"));
		}
	}
}

static void kernels_of_which_any_may_have_crashed_are_all_named(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		_cleanup_(answer_deinit) struct answer answer = search(
			two_kernels(order, NULL, "CRASHTIME=2\n"), NULL);
		assert_refused(&answer, VMW_ERROR_BAD_DATA, "of 2 kernels");
		assert_refused(&answer, VMW_ERROR_BAD_DATA,
			       "release 6.12.0-fake, _stext 0xc000000000000000, at physical "
			       "0x400018; release 6.12.0-kdump, _stext 0xc000000000800000, "
			       "CRASHTIME, at physical 0xc00018");
		assert_null(several(&answer));
	}
}

static void two_relocated_kernels_are_not_told_apart(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		put_uts(ram, 8 * MIB + UTS_OFFSET, "6.12.0-fake", "ppc64");
		put_uts(ram, 10 * MIB + UTS_OFFSET, "6.12.0-fake", "ppc64");
		put_text(ram,
			 &(struct text_spec){ .phys = 4 * MIB, .note = true, .image = 8 * MIB });
		put_text(ram,
			 &(struct text_spec){ .phys = 5 * MIB, .note = true, .image = 10 * MIB });
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		assert_refused(&answer, VMW_ERROR_BAD_DATA, "nothing tells which of them crashed");
	}
}

static void a_single_relocated_kernel_is_taken(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		put_uts(ram, 8 * MIB + UTS_OFFSET, "6.12.0-fake", "ppc64");
		put_text(ram,
			 &(struct text_spec){ .phys = 4 * MIB, .note = true, .image = 8 * MIB });
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		assert_found(&answer, 4 * MIB + 24, true, order, 1);
	}
}

/* The notes of two boots of one kernel, which differ in what was allocated at boot. */
static struct ram *two_boots(enum order order, const char *earlier, const char *later)
{
	struct ram *ram = memory_new(order);
	put_text(ram, &(struct text_spec){ .phys = 10 * MIB, .note = true, .lines = earlier });
	put_text(ram, &(struct text_spec){ .phys = 11 * MIB, .note = true, .lines = later });
	return ram;
}

static void a_note_that_the_kernel_does_not_point_at_is_of_an_earlier_boot(void **state)
{
	static const char earlier[] = "SYMBOL(mem_section)=c000000001000000\nCRASHTIME=1\n";
	static const char later[] = "SYMBOL(mem_section)=c000000002000000\n";

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = two_boots(order, earlier, later);
		/* vmcoreinfo_note */
		ram_put_u64(ram, 0x9008, UINT64_C(0xc000000000000000) + 11 * MIB);
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);

		assert_found(&answer, 11 * MIB + 24, true, order, 2);
		assert_non_null(strstr(several(&answer), "not: release 6.12.0-fake, _stext "
							 "0xc000000000000000, CRASHTIME, at "
							 "physical 0xa00018"));
	}
}

static void a_text_in_the_image_itself_is_of_the_last_boot(void **state)
{
	/* Static arrays, before 4.13: SYMBOL(clear_seq) stands for what lies behind them. */
	static const char earlier[] = "SYMBOL(clear_seq)=c000000000030000\n"
				      "SYMBOL(mem_section)=c000000001000000\n";
	static const char later[] = "SYMBOL(clear_seq)=c000000000030000\n"
				    "SYMBOL(mem_section)=c000000002000000\n";

	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = memory_new(order);
		put_text(ram, &(struct text_spec){ .phys = 0x20004, .note = true, .lines = later });
		put_text(ram,
			 &(struct text_spec){ .phys = 10 * MIB, .note = true, .lines = earlier });
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		assert_found(&answer, 0x2001c, true, order, 2);
	}
}

static void of_two_boots_without_a_pointer_the_crashed_one_is_taken(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		_cleanup_(answer_deinit) struct answer answer = search(
			two_boots(order, "SYMBOL(mem_section)=c000000001000000\n",
				  "SYMBOL(mem_section)=c000000002000000\nCRASHTIME=1\n"),
			NULL);
		_cleanup_(answer_deinit) struct answer neither = search(
			two_boots(order, "SYMBOL(mem_section)=c000000001000000\n",
				  "SYMBOL(mem_section)=c000000002000000\n"),
			NULL);
		_cleanup_(answer_deinit) struct answer both = search(
			two_boots(order, "SYMBOL(mem_section)=c000000001000000\nCRASHTIME=1\n",
				  "SYMBOL(mem_section)=c000000002000000\nCRASHTIME=2\n"),
			NULL);

		assert_found(&answer, 11 * MIB + 24, true, order, 2);
		assert_refused(&neither, VMW_ERROR_BAD_DATA, "of 2 kernels");
		assert_refused(&both, VMW_ERROR_BAD_DATA, "of 2 kernels");
	}
}

static void the_search_ends_at_the_crashed_kernels_own_note(void **state)
{
	for (enum order order = ORDER_LITTLE; order <= ORDER_BIG; order++) {
		struct ram *ram = two_kernels(order, "CRASHTIME=1\n", NULL);
		ram_put_u64(ram, 0x9008, UINT64_C(0xc000000000000000) + 4 * MIB);
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		/* The other one, at 12 MiB, was not looked for. */
		assert_found(&answer, 4 * MIB + 24, true, order, 1);
		assert_null(several(&answer));
	}
}

/* ---- memory made to keep the search busy ---- */

static void more_texts_than_a_machine_has_are_refused(void **state)
{
	/* Each is as long as all that follow, and short ones. */
	static const char texts[][17] = { "OSRELEASE=a\nA=b\n", "OSRELEASE=a\nA=\0\0" };

	for (size_t i = 0; i < 2; i++) {
		struct ram *ram = memory_new(ORDER_BIG);
		for (uint64_t phys = MIB; phys < 2 * MIB; phys += 16)
			ram_put(ram, phys, texts[i], 16);
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		assert_refused(&answer, VMW_ERROR_BAD_DATA, "more than 32 MiB of texts");
	}
}

static void more_kernels_than_a_machine_has_are_refused(void **state)
{
	for (unsigned int count = 64; count <= 65; count++) {
		struct ram *ram = memory_new(ORDER_BIG);
		for (unsigned int i = 0; i < count; i++) {
			char line[64];
			snprintf(line, sizeof(line), "SIZE(page)=%u\n", i);
			put_text(ram, &(struct text_spec){ .phys = MIB + i * 4096, .lines = line });
		}
		_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
		assert_refused(&answer, VMW_ERROR_BAD_DATA,
			       count == 64 ? "; and 60 more" : "of more than 64 kernels");
	}
}

static void many_copies_of_one_text_are_one_kernel(void **state)
{
	struct ram *ram = memory_new(ORDER_BIG);
	for (unsigned int i = 0; i < 1000; i++)
		put_text(ram, &(struct text_spec){ .phys = MIB + i * 4096 });
	_cleanup_(answer_deinit) struct answer answer = search(ram, NULL);
	assert_found(&answer, MIB, false, ORDER_BIG, 1);
}

static void memory_that_the_file_cannot_hold_is_not_read_for_ever(void **state)
{
	/* 2000 segments of 1 MiB that share their bytes in a file of little more. */
	enum { COUNT = 2000, HEADER = 64 + 56 * COUNT };
	size_t size = HEADER + MIB;
	_cleanup_(freep) unsigned char *file = calloc(1, size);
	assert_non_null(file);
	memcpy(file,
	       "\x7f"
	       "ELF\x02\x01\x01",
	       7);
	memcpy(file + 16, (uint16_t[]){ htole16(4), htole16(21) }, 4);
	memcpy(file + 20, (uint32_t[]){ htole32(1) }, 4);
	memcpy(file + 32, (uint64_t[]){ htole64(64) }, 8);
	memcpy(file + 52, (uint16_t[]){ htole16(64), htole16(56), htole16(COUNT), htole16(64) }, 8);
	for (uint64_t i = 0; i < COUNT; i++) {
		uint64_t fields[7] = { htole64(UINT64_C(7) << 32 | 1),
				       htole64(HEADER),
				       0,
				       htole64(i * 4 * MIB),
				       htole64(MIB),
				       htole64(MIB),
				       0 };
		memcpy(file + 64 + 56 * i, fields, sizeof(fields));
	}

	char path[] = "/tmp/vmemwalk-search-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, file, size), (ssize_t)size);
	close(fd);
	struct answer answer = { .files = { .paths = (char *[]){ path }, .count = 1 } };
	search_files(&answer, ORDER_LITTLE, NULL);
	unlink(path);
	answer.files = (struct fake_files){ 0 };
	assert_refused(&answer, VMW_ERROR_BAD_DATA, "cannot hold that much memory");
	answer_deinit(&answer);
}

/* ---- progress ---- */

struct reports {
	unsigned int count, stop_at;
	uint64_t last, total;
};

static bool count_report(void *arg, uint64_t done, uint64_t total)
{
	struct reports *reports = arg;

	assert_true(done > reports->last && done <= total);
	reports->last = done;
	reports->total = total;
	return ++reports->count != reports->stop_at;
}

static void progress_is_told_now_and_then_and_can_stop_it(void **state)
{
	for (unsigned int stop_at = 0; stop_at <= 2; stop_at++) {
		struct ram *ram = ram_new(1024 * MIB, 65536, ORDER_BIG);
		put_uts(ram, UTS_OFFSET, "6.12.0-fake", "ppc64");
		put_text(ram, &(struct text_spec){ .phys = 1000 * MIB });
		for (uint64_t phys = 0; phys < 1000 * MIB; phys += 10 * MIB)
			ram_put(ram, phys, "x", 1);
		ram_exclude_untouched(ram);
		struct answer answer = { 0 };
		answer.files = fake_dump_write(ram, &(struct fake_dump_spec){ 0 });
		struct reports reports = { .stop_at = stop_at };
		struct search_progress progress = { .report = count_report, .arg = &reports };
		search_files(&answer, ORDER_BIG, &progress);

		if (stop_at) {
			assert_refused(&answer, VMW_ERROR_OS, "search for VMCOREINFO");
			assert_int_equal(answer.error->os_errno, EINTR);
			assert_int_equal(reports.count, stop_at);
		} else {
			assert_found(&answer, 1000 * MIB, false, ORDER_BIG, 1);
			assert_in_range(reports.count, 10, 16);
		}
		ram_free(ram);
		answer_deinit(&answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_kernels_note_is_found_in_every_kind_of_dump),
		cmocka_unit_test(a_bare_text_gets_its_order_from_utsname),
		cmocka_unit_test(without_a_machine_name_the_callers_order_is_taken),
		cmocka_unit_test(a_text_may_stand_across_any_boundary_of_what_is_read),
		cmocka_unit_test(a_text_that_is_not_aligned_is_none),
		cmocka_unit_test(an_old_kernels_utsname_is_found_without_its_offset),
		cmocka_unit_test(the_note_is_preferred_to_the_text_and_crashtime_to_none),
		cmocka_unit_test(a_text_that_fills_its_page_ends_with_it),
		cmocka_unit_test(
			a_whole_text_is_preferred_to_a_note_that_the_dump_lacks_the_end_of),
		cmocka_unit_test(every_prefix_of_a_text_is_proven_or_passed_over),
		cmocka_unit_test(a_text_that_memory_does_not_prove_is_missing_with_the_reason),
		cmocka_unit_test(a_note_header_that_makes_no_sense_leaves_a_bare_text),
		cmocka_unit_test(a_note_ends_where_its_header_says),
		cmocka_unit_test(empty_memory_has_none),
		cmocka_unit_test(the_crashed_kernel_is_taken_and_the_capture_kernel_named),
		cmocka_unit_test(kernels_of_which_any_may_have_crashed_are_all_named),
		cmocka_unit_test(two_relocated_kernels_are_not_told_apart),
		cmocka_unit_test(a_single_relocated_kernel_is_taken),
		cmocka_unit_test(a_note_that_the_kernel_does_not_point_at_is_of_an_earlier_boot),
		cmocka_unit_test(a_text_in_the_image_itself_is_of_the_last_boot),
		cmocka_unit_test(of_two_boots_without_a_pointer_the_crashed_one_is_taken),
		cmocka_unit_test(the_search_ends_at_the_crashed_kernels_own_note),
		cmocka_unit_test(more_texts_than_a_machine_has_are_refused),
		cmocka_unit_test(more_kernels_than_a_machine_has_are_refused),
		cmocka_unit_test(many_copies_of_one_text_are_one_kernel),
		cmocka_unit_test(memory_that_the_file_cannot_hold_is_not_read_for_ever),
		cmocka_unit_test(progress_is_told_now_and_then_and_can_stop_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
