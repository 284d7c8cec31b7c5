/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/btf_find.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/types.h"
#include "util/array.h"
#include "util/checked.h"

enum {
	/* From _stext on: Debian's images, among the largest, end at 45 MiB. */
	SEARCH_SIZE = 64 * 1024 * 1024,
	/* Read at once. */
	WINDOW_SIZE = 256 * 1024,
	/* Blobs that a search looks through. In an image there is one. */
	CANDIDATES_MAX = 16,
};

/* ---- where it is ---- */

/* Read and parse the header at @start. */
static struct vmw_error *header_read(const struct kernel *kernel, struct reader *reader,
				     vmw_virt start, struct btf_layout *ret)
{
	unsigned char header[BTF_HEADER_SIZE];

	TRY(kernel_read(kernel, reader, start, header, sizeof(header), "BTF header"));
	return btf_layout_parse((struct span){ header, sizeof(header) }, kernel->order,
				where_virt(start), ret);
}

/* False when the symbols are unknown. */
static bool bounds_find(const struct kernel *kernel, const struct kallsyms *kallsyms,
			vmw_virt *ret_start, vmw_virt *ret_stop, const char **ret_from)
{
	struct kallsyms_query queries[] = { { .name = "__start_BTF" }, { .name = "__stop_BTF" } };
	const struct vmcoreinfo *info = kernel->vmcoreinfo;

	/* Patched kernels have them there (producer/), the end last of all lines: it may be cut. */
	if (vmcoreinfo_symbol(info, "__start_BTF", &ret_start->value)) {
		if (!vmcoreinfo_symbol(info, "__stop_BTF", &ret_stop->value))
			ret_stop->value = ret_start->value <= UINT64_MAX - SEARCH_SIZE
						  ? ret_start->value + SEARCH_SIZE
						  : UINT64_MAX;
		*ret_from = "VMCOREINFO";
		return true;
	}
	kallsyms_find(kallsyms, queries, 2);
	*ret_from = "kallsyms";
	*ret_start = queries[0].address;
	*ret_stop = queries[1].address;
	if (queries[0].found && queries[1].found)
		return true;
	*ret_from = "symbols";
	return kernel_symbol(kernel, "__start_BTF", ret_start, NULL) &&
	       kernel_symbol(kernel, "__stop_BTF", ret_stop, NULL);
}

/* The bytes of a header that no blob of a kernel differs in: magic, version, no flags, its size. */
static void signature_make(enum order order, unsigned char ret[8])
{
	static const unsigned char little[8] = { 0x9f, 0xeb, 0x01, 0x00, 0x18, 0x00, 0x00, 0x00 };
	static const unsigned char big[8] = { 0xeb, 0x9f, 0x01, 0x00, 0x00, 0x00, 0x00, 0x18 };

	memcpy(ret, order == ORDER_BIG ? big : little, 8);
}

/* Whether a kernel's BTF may begin at @start, where a signature stands. */
static bool place_at(const struct kernel *kernel, struct reader *reader, vmw_virt start,
		     struct btf_place *ret)
{
	struct btf_layout layout;

	_cleanup_(vmw_error_freep) struct vmw_error *error = header_read(kernel, reader, start,
									 &layout);
	/* The linker's output has the sections in this order, without a gap. */
	if (error || layout.type_start != BTF_HEADER_SIZE || layout.type_size == 0 ||
	    layout.string_start != layout.type_start + layout.type_size)
		return false;
	*ret = (struct btf_place){ .start = start,
				   .size = layout.size,
				   .from = "search of the kernel image" };
	return true;
}

/* The part of the kernel image in which BTF can be. */
static struct vmw_error *image_find(const struct kernel *kernel, const struct kallsyms *kallsyms,
				    uint64_t *ret_start, uint64_t *ret_end)
{
	/* arch/powerpc/kernel/vmlinux.lds.S: text, read-only data, what is freed after boot. Both
	   are there without CONFIG_KALLSYMS_ALL. */
	struct kallsyms_query queries[] = { { .name = "_etext" }, { .name = "__init_begin" } };
	vmw_virt stext;

	if (!kernel_symbol(kernel, "_stext", &stext, NULL))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "BTF: without _stext it is unknown where to search for it");
	/* The linear map ends far below 2^64. */
	if (!kernel_is_linear(kernel, stext))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(stext),
				 "BTF: _stext at 0x%" PRIx64 " is not in the linear map",
				 stext.value);
	*ret_start = align_down(stext.value, 4);
	*ret_end = *ret_start + SEARCH_SIZE;
	kallsyms_find(kallsyms, queries, 2);
	if (queries[0].found && queries[1].found && queries[0].address.value >= *ret_start &&
	    queries[1].address.value > queries[0].address.value &&
	    queries[1].address.value - *ret_start <= SEARCH_SIZE) {
		*ret_start = align_down(queries[0].address.value, 4);
		*ret_end = queries[1].address.value;
	}
	return NULL;
}

struct vmw_error *btf_search(const struct kernel *kernel, struct reader *reader,
			     const struct kallsyms *kallsyms, vmw_virt from, struct btf_place *ret)
{
	_cleanup_(freep) unsigned char *window = malloc(WINDOW_SIZE);
	unsigned char signature[8];
	uint64_t missing = 0, start = 0, end = 0;

	if (!window)
		return error_no_memory();
	TRY(image_find(kernel, kallsyms, &start, &end));
	signature_make(kernel->order, signature);

	for (uint64_t next = align_down(max_u64(start, from.value), 4); next < end;) {
		vmw_phys phys = virt_to_phys(virt_at(next));
		struct run run;

		TRY(reader_read(reader, phys, window, min_u64(WINDOW_SIZE, end - next), &run));
		if (run.data != VMW_PRESENT) {
			missing += run.size;
			next += div_round_up(run.size, 4) * 4;
			continue;
		}
		for (uint64_t i = 0; i + sizeof(signature) <= run.size; i += 4) {
			if (memcmp(window + i, signature, sizeof(signature)) == 0 &&
			    place_at(kernel, reader, virt_at(next + i), ret))
				return NULL;
		}
		/* Windows overlap by 4 bytes: a signature may straddle them. */
		next += run.size > sizeof(signature) ? align_down(run.size - 4, 4) : 4;
	}
	return error_new(VMW_ERROR_MISSING, where_virt(virt_at(start)),
			 "BTF: none between 0x%" PRIx64 " and 0x%" PRIx64
			 " of the kernel image (%" PRIu64 " KiB of that are not in the dump)",
			 start, end, missing / 1024);
}

/* Every kernel has init_uts_ns: CONFIG_KALLSYMS_ALL is on where kallsyms has it. */
static bool has_data_symbols(const struct kallsyms *kallsyms)
{
	struct kallsyms_query query = { .name = "init_uts_ns" };

	kallsyms_find(kallsyms, &query, 1);
	return query.found;
}

struct vmw_error *btf_find(const struct kernel *kernel, struct reader *reader,
			   const struct kallsyms *kallsyms, struct btf_place *ret)
{
	vmw_virt start, stop;
	const char *from;
	struct btf_layout layout;

	if (!bounds_find(kernel, kallsyms, &start, &stop, &from))
		return has_data_symbols(kallsyms)
			       ? error_new(VMW_ERROR_MISSING, where_none(),
					   "BTF: the kernel has none: kallsyms has its data, but "
					   "no __start_BTF")
			       : btf_search(kernel, reader, kallsyms, virt_at(0), ret);
	if (stop.value <= start.value)
		return error_new(VMW_ERROR_MISSING, where_virt(start),
				 "BTF: the kernel has none: __start_BTF is 0x%" PRIx64
				 ", __stop_BTF 0x%" PRIx64,
				 start.value, stop.value);
	TRY(header_read(kernel, reader, start, &layout));
	if (layout.size > stop.value - start.value)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(start),
				 "BTF: %" PRIu32 " bytes by its header, but __stop_BTF is %" PRIu64
				 " behind __start_BTF",
				 layout.size, stop.value - start.value);
	*ret = (struct btf_place){ .start = start, .size = layout.size, .from = from };
	return NULL;
}

/* ---- all of it ---- */

static struct vmw_error *place_read(const struct kernel *kernel, struct reader *reader,
				    const struct btf_place *place, struct btf_types **ret)
{
	_cleanup_(btf_types_freep) struct btf_types *types = NULL;
	_cleanup_(freep) unsigned char *bytes = NULL;
	size_t got = 0, capacity = 0;

	/* Grown as it is read: the size is a claim until then. */
	while (got < place->size) {
		size_t piece = (size_t)min_u64(place->size - got, WINDOW_SIZE);
		if (!array_reserve(&bytes, &capacity, got + piece, 1))
			return error_no_memory();
		TRY(kernel_read(kernel, reader, virt_at(place->start.value + got), bytes + got,
				piece, "BTF"));
		got += piece;
	}
	TRY(btf_types_parse((struct span){ bytes, got }, kernel->order, where_virt(place->start),
			    &types));
	TRY(types_check(types, kernel->vmcoreinfo));
	*ret = TAKE(types);
	return NULL;
}

struct vmw_error *btf_types_read(const struct kernel *kernel, struct reader *reader,
				 const struct kallsyms *kallsyms, struct btf_types **ret,
				 struct btf_place *ret_place)
{
	vmw_virt start, stop;
	const char *from;

	if (!btf_available())
		return btf_types_parse((struct span){ 0 }, kernel->order, where_none(), ret);
	TRY(btf_find(kernel, reader, kallsyms, ret_place));
	struct vmw_error *first = place_read(kernel, reader, ret_place, ret);
	if (!first || bounds_find(kernel, kallsyms, &start, &stop, &from))
		return first;

	/* What the search found is not it: say so, unless one behind it is. */
	for (size_t i = 1; i < CANDIDATES_MAX; i++) {
		vmw_virt behind = virt_at(ret_place->start.value + 4);
		struct vmw_error *error = btf_search(kernel, reader, kallsyms, behind, ret_place);
		if (error) {
			vmw_error_free(error);
			break;
		}
		error = place_read(kernel, reader, ret_place, ret);
		if (!error) {
			vmw_error_free(first);
			return NULL;
		}
		vmw_error_free(error);
	}
	return first;
}
