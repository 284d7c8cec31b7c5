/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Node and zone of a page, from the top of its flag word, and which frames each node spans.
 *
 * Source: Linux include/linux/page-flags-layout.h: from the top NODE, ZONE, then what does not
 * matter here; no SECTION, which only kernels without a vmemmap have. The widths are exported by
 * patched kernels only (producer/: NUMBER(NODES_WIDTH), NUMBER(ZONES_WIDTH)), else derived, and
 * held against the lines where both are there. NODES_WIDTH is NODES_SHIFT, and LENGTH(node_data) is
 * 1 << NODES_SHIFT. The number of zones follows from struct pglist_data, which starts with
 * node_zones[MAX_NR_ZONES], node_zonelists[MAX_ZONELISTS] (of MAX_NUMNODES * MAX_NR_ZONES + 1
 * zonerefs of 16 bytes) and nr_zones (include/linux/mmzone.h).
 */
#pragma once

#include "kernel/kernel.h"

enum { ZONES_MAX = 8 };

/* A node, and the frames that it spans: not all of them need have memory, or belong to it. */
struct node_span {
	uint64_t id, start, count;
};

struct zones {
	struct node_span *nodes; /* in order of id */
	size_t node_count;
	uint64_t frames_end;       /* behind the last frame of any node */
	bool has_nodes;            /* all nodes were read: the three above are set */
	const char *nodes_missing; /* else why not */

	bool has_fields; /* where node and zone are in the flag word is known: */
	unsigned int node_shift, node_width;
	unsigned int zone_shift, zone_width;
	unsigned int zone_count; /* how many there are, or can be: */
	bool zone_count_known;   /* without it zones have no names */
	const char *fields_from; /* where the widths are from, or why they are not known; a literal
				  */
	const char *fields_note; /* what agrees with them, or NULL; a literal */
	const char *fault;       /* why what VMCOREINFO says of them is not believed, or NULL */
	const char *names[ZONES_MAX]; /* "Normal"; NULL where it is not certain; literals */
	bool device_known;            /* whether this kernel has ZONE_DEVICE: */
	unsigned int device;          /* its number, or zone_count for none */
	char *owned;                  /* what nodes_missing points at, unless a literal */
	char *owned_fault;            /* fault */
};

/* What is missing is no error. OS and NO_MEMORY only. */
NODISCARD struct vmw_error *zones_open(const struct kernel *kernel, struct reader *reader,
				       struct zones **ret);
void zones_free(struct zones *zones);
DEFINE_CLEANUP(struct zones, zones_free)

/*
 * Node and zone of the page of frame @pfn by its @flags. False when they are not known, or the
 * frame lies outside what the node spans: then the word says something else.
 */
bool zones_decode(const struct zones *zones, vmw_pfn pfn, uint64_t flags, unsigned int *ret_node,
		  unsigned int *ret_zone);
