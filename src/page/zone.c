/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/zone.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/btf.h"
#include "page/release.h"
#include "util/checked.h"
#include "util/text.h"

enum {
	NODE_WIDTH_MAX = 10, /* NODES_SHIFT has never been more on powerpc */
	NODES_MAX = 1 << NODE_WIDTH_MAX,
	ZONE_WIDTH_MAX = 3, /* ZONES_SHIFT */
	ZONE_SIZE_MAX = 64 * 1024,
	ZONEREF_SIZE = 16, /* { struct zone *zone; int zone_idx; } */
};

static const struct {
	const char *name, *enumerator;
} zone_names[] = {
	{ "DMA", "ZONE_DMA" },         { "DMA32", "ZONE_DMA32" },   { "Normal", "ZONE_NORMAL" },
	{ "Movable", "ZONE_MOVABLE" }, { "Device", "ZONE_DEVICE" },
};

enum { ZONE_NAMES = sizeof(zone_names) / sizeof(zone_names[0]) };

/* Whether the dump is to blame: then what was read is unknown. */
static bool is_missing(const struct vmw_error *error)
{
	return error->kind != VMW_ERROR_OS && error->kind != VMW_ERROR_NO_MEMORY;
}

/* ---- the nodes ---- */

/* Where the fields of struct pglist_data are. */
struct node_layout {
	uint64_t start_pfn, spanned, id;
};

static bool find_node_layout(const struct kernel *kernel, struct node_layout *ret)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;

	return vmcoreinfo_offset(info, "pglist_data.node_start_pfn", &ret->start_pfn) &&
	       vmcoreinfo_offset(info, "pglist_data.node_spanned_pages", &ret->spanned) &&
	       vmcoreinfo_offset(info, "pglist_data.node_id", &ret->id);
}

static struct vmw_error *read_node(const struct kernel *kernel, struct reader *reader,
				   const struct node_layout *layout, uint64_t node,
				   struct zones *zones)
{
	struct node_span span;
	uint64_t end, at[3];
	uint32_t id;

	if (!checked_add(node, layout->start_pfn, &at[0]) ||
	    !checked_add(node, layout->spanned, &at[1]) || !checked_add(node, layout->id, &at[2]))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(node)),
				 "struct pglist_data: no address");
	TRY(kernel_read_u64(kernel, reader, virt_at(at[0]), "struct pglist_data", &span.start));
	TRY(kernel_read_u64(kernel, reader, virt_at(at[1]), "struct pglist_data", &span.count));
	TRY(kernel_read_u32(kernel, reader, virt_at(at[2]), "struct pglist_data", &id));
	span.id = id;
	if (!checked_add(span.start, span.count, &end) || end > UINT64_C(1) << 52)
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(node)),
				 "struct pglist_data: spans more frames than there can be");
	zones->nodes[zones->node_count++] = span;
	if (span.count)
		zones->frames_end = max_u64(zones->frames_end, end);
	return NULL;
}

/*
 * node_data is an array of pointers, one for each possible node; without CONFIG_NUMA there is one
 * node, contig_page_data, whose SYMBOL line holds the struct's address.
 */
static struct vmw_error *read_nodes(const struct kernel *kernel, struct reader *reader,
				    const struct node_layout *layout, struct zones *zones)
{
	uint64_t count = 0, node;
	vmw_virt array;

	if (vmcoreinfo_symbol(kernel->vmcoreinfo, "contig_page_data", &node)) {
		zones->nodes = calloc(1, sizeof(*zones->nodes));
		if (!zones->nodes)
			return error_no_memory();
		return read_node(kernel, reader, layout, node, zones);
	}
	if (!kernel_symbol(kernel, "node_data", &array, NULL) ||
	    !vmcoreinfo_length(kernel->vmcoreinfo, "node_data", &count) || count == 0 ||
	    count > NODES_MAX || array.value > UINT64_MAX - count * 8)
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "VMCOREINFO does not tell where node_data is");
	zones->nodes = calloc(count, sizeof(*zones->nodes));
	if (!zones->nodes)
		return error_no_memory();
	for (uint64_t i = 0; i < count; i++) {
		TRY(kernel_read_u64(kernel, reader, virt_at(array.value + i * 8), "node_data",
				    &node));
		if (node == 0)
			continue;
		TRY(read_node(kernel, reader, layout, node, zones));
		if (zones->nodes[zones->node_count - 1].id != i)
			return error_new(VMW_ERROR_BAD_DATA, where_virt(virt_at(node)),
					 "struct pglist_data: its node_id is not its index");
	}
	return zones->node_count ? NULL
				 : error_new(VMW_ERROR_BAD_DATA, where_virt(array),
					     "node_data: no node is there");
}

/* ---- the fields ---- */

static bool find_zone_count(const struct kernel *kernel, uint64_t node_count, bool numa,
			    unsigned int *ret)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	/* With CONFIG_NUMA the second zonelist is for allocations that must not fall back. */
	uint64_t lists = numa ? 2 : 1;
	uint64_t nr_zones, zone_size, zones_offset;

	if (!vmcoreinfo_offset(info, "pglist_data.nr_zones", &nr_zones) ||
	    !vmcoreinfo_size(info, "zone", &zone_size) ||
	    !vmcoreinfo_offset(info, "pglist_data.node_zones", &zones_offset) ||
	    zones_offset != 0 || zone_size == 0 || zone_size > ZONE_SIZE_MAX)
		return false;
	/* nr_zones = count * zone_size + lists * (node_count * count + 1) * ZONEREF_SIZE */
	uint64_t rest = lists * ZONEREF_SIZE;
	uint64_t each = zone_size + lists * node_count * ZONEREF_SIZE;
	if (nr_zones <= rest || (nr_zones - rest) % each != 0 ||
	    (nr_zones - rest) / each > ZONES_MAX)
		return false;
	*ret = (unsigned int)((nr_zones - rest) / each);
	return true;
}

static unsigned int width_of(uint64_t count)
{
	unsigned int width = 0;

	while (UINT64_C(1) << width < count)
		width++;
	return width;
}

/* Derived: widths of kernels that do not export them. */
static bool derive_widths(const struct kernel *kernel, unsigned int *ret_node,
			  unsigned int *ret_zone, unsigned int *ret_zone_count)
{
	uint64_t node_count = 1;
	bool numa = vmcoreinfo_length(kernel->vmcoreinfo, "node_data", &node_count);

	if (!is_power_of_two(node_count) || node_count > NODES_MAX ||
	    !find_zone_count(kernel, node_count, numa, ret_zone_count))
		return false;
	*ret_node = width_of(node_count);
	*ret_zone = width_of(*ret_zone_count);
	return true;
}

NODISCARD static struct vmw_error *find_fields(const struct kernel *kernel, struct zones *zones)
{
	const struct vmcoreinfo *info = kernel->vmcoreinfo;
	unsigned int node_width = 0, zone_width = 0, zone_count = 0;
	int64_t node, zone;
	bool derived = derive_widths(kernel, &node_width, &zone_width, &zone_count);
	bool stated = vmcoreinfo_number(info, "NODES_WIDTH", &node) &&
		      vmcoreinfo_number(info, "ZONES_WIDTH", &zone);

	zones->fields_from = "VMCOREINFO has neither NODES_WIDTH and ZONES_WIDTH nor what they "
			     "could be derived from";
	if (!stated && !derived)
		return NULL;
	/* What contradicts itself is no answer: which is right cannot be told. */
	if (stated && (node < 0 || node > NODE_WIDTH_MAX || zone < 0 || zone > ZONE_WIDTH_MAX ||
		       (derived && (node != node_width || zone != zone_width)))) {
		zones->owned_fault = text_format(
			"VMCOREINFO NODES_WIDTH is %" PRId64 " and ZONES_WIDTH %" PRId64
			", but %s %u and %u",
			node, zone,
			derived ? "LENGTH(node_data) and OFFSET(pglist_data.nr_zones) give"
				: "no kernel has more than",
			derived ? node_width : NODE_WIDTH_MAX,
			derived ? zone_width : ZONE_WIDTH_MAX);
		if (!zones->owned_fault)
			return error_no_memory();
		zones->fields_from = zones->fault = zones->owned_fault;
		return NULL;
	}
	if (stated) {
		node_width = (unsigned int)node;
		zone_width = (unsigned int)zone;
		zones->fields_from = "VMCOREINFO NODES_WIDTH and ZONES_WIDTH";
		zones->fields_note = derived ? "LENGTH(node_data) and OFFSET(pglist_data.nr_zones) "
					       "agree"
					     : NULL;
	} else {
		zones->fields_from = "LENGTH(node_data) and OFFSET(pglist_data.nr_zones)";
	}
	zones->zone_count = derived ? zone_count : 1U << zone_width;
	zones->zone_count_known = derived;
	zones->node_width = node_width;
	zones->zone_width = zone_width;
	zones->node_shift = 64 - node_width;
	zones->zone_shift = zones->node_shift - zone_width;
	zones->has_fields = true;
	return NULL;
}

/* ---- the names ---- */

static bool names_from_types(const struct kernel *kernel, struct zones *zones)
{
	unsigned int found = 0;

	for (size_t i = 0; kernel->types && i < ZONE_NAMES; i++) {
		int64_t number;

		if (!btf_enumerator(kernel->types, "zone_type", zone_names[i].enumerator,
				    &number) ||
		    number < 0 || number >= (int64_t)zones->zone_count)
			continue;
		zones->names[number] = zone_names[i].name;
		found++;
	}
	return found == zones->zone_count;
}

/*
 * ZONE_NORMAL and ZONE_MOVABLE are in every kernel, DMA zones come before them and ZONE_DEVICE
 * (since 4.3) behind, so three zones may be either; but in 6.1, 6.12 and 7.2 only the Book3E
 * kernels select ZONE_DMA (arch/powerpc/platforms/Kconfig.cputype).
 */
static void names_from_count(const struct kernel *kernel, struct zones *zones)
{
	bool no_dma = release_of(kernel) >= RELEASE(6, 1, 0) && kernel->mmu.is_known &&
		      kernel->mmu.value != MMU_BOOK3E;

	if (zones->zone_count == 2 || (zones->zone_count == 3 && no_dma)) {
		zones->names[0] = "Normal";
		zones->names[1] = "Movable";
		if (zones->zone_count == 3)
			zones->names[2] = "Device";
	}
}

static void find_names(const struct kernel *kernel, struct zones *zones)
{
	int64_t count;

	if (!zones->has_fields)
		return;
	if (!zones->zone_count_known && kernel->types &&
	    btf_enumerator(kernel->types, "zone_type", "__MAX_NR_ZONES", &count) && count > 0 &&
	    count <= (int64_t)zones->zone_count) {
		zones->zone_count = (unsigned int)count;
		zones->zone_count_known = true;
	}
	if (!zones->zone_count_known)
		return;
	if (!names_from_types(kernel, zones)) {
		memset(zones->names, 0, sizeof(zones->names));
		names_from_count(kernel, zones);
	}
	/* The last, if any. */
	unsigned int last = zones->zone_count - 1;
	const char *name = zones->names[last];
	zones->device_known = name;
	zones->device = name && strcmp(name, "Device") == 0 ? last : zones->zone_count;
}

struct vmw_error *zones_open(const struct kernel *kernel, struct reader *reader, struct zones **ret)
{
	_cleanup_(zones_freep) struct zones *zones = calloc(1, sizeof(*zones));
	struct node_layout layout;

	if (!zones)
		return error_no_memory();
	TRY(find_fields(kernel, zones));
	find_names(kernel, zones);
	if (!find_node_layout(kernel, &layout)) {
		zones->nodes_missing = "VMCOREINFO has no OFFSET(pglist_data.*) lines";
	} else {
		_cleanup_(vmw_error_freep) struct vmw_error *error = read_nodes(kernel, reader,
										&layout, zones);

		if (error && !is_missing(error))
			return TAKE(error);
		zones->has_nodes = !error;
		if (error) {
			zones->owned = strdup(error->message);
			zones->nodes_missing = zones->owned ? zones->owned : "out of memory";
		}
	}
	*ret = TAKE(zones);
	return NULL;
}

void zones_free(struct zones *zones)
{
	if (!zones)
		return;
	free(zones->nodes);
	free(zones->owned);
	free(zones->owned_fault);
	free(zones);
}

bool zones_decode(const struct zones *zones, vmw_pfn pfn, uint64_t flags, unsigned int *ret_node,
		  unsigned int *ret_zone)
{
	uint64_t node, zone;

	if (!zones->has_fields || !zones->has_nodes)
		return false;
	/* A shift by 64 is no shift: without CONFIG_NUMA the node takes no bits. */
	node = zones->node_width ? flags >> zones->node_shift : 0;
	zone = zones->zone_width
		       ? flags >> zones->zone_shift & ((UINT64_C(1) << zones->zone_width) - 1)
		       : 0;
	if (zone >= zones->zone_count)
		return false;
	for (size_t i = 0; i < zones->node_count; i++) {
		const struct node_span *span = &zones->nodes[i];

		if (span->id != node)
			continue;
		if (pfn.value < span->start || pfn.value - span->start >= span->count)
			return false;
		*ret_node = (unsigned int)node;
		*ret_zone = (unsigned int)zone;
		return true;
	}
	return false;
}
