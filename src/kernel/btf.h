/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF: the kernel's own types, from its memory or from a vmlinux.
 *
 * Source: Linux Documentation/bpf/btf.rst, include/uapi/linux/btf.h. The section stands between
 * __start_BTF and __stop_BTF in read-only data; magic 0xeB9F in the kernel's byte order, version 1.
 * libbpf parses it, after btf_validate() has proven that it may: libbpf trusts more than a hostile
 * dump deserves. kernel/btf_find.h finds the blob in a dump.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/cursor.h"

enum {
	BTF_HEADER_SIZE = 24,
	/* A kernel's has 4 to 6 MB. */
	BTF_SIZE_MAX = 64 * 1024 * 1024,
};

/* Where the sections of a blob are: offsets from its first byte. */
struct btf_layout {
	uint32_t type_start, type_size;
	uint32_t string_start, string_size;
	uint32_t size; /* of all: to the end of the strings, which are last */
};

/*
 * Parse the header that begins @blob, of which the first BTF_HEADER_SIZE bytes are enough. BAD_DATA
 * when it is none, TRUNCATED when @blob is shorter; UNSUPPORTED for a version or flags that are not
 * known.
 */
NODISCARD struct vmw_error *btf_layout_parse(struct span blob, enum order order,
					     struct vmw_where where, struct btf_layout *ret);

/*
 * Check a whole BTF blob, as the kernel does for those that programs bring along (kernel/bpf/btf.c,
 * btf_check_all_metas(), btf_check_all_types()): header, type and string sections within it; every
 * type's kind, unused bits, length, members and sizes; references to types and strings; no type
 * that contains itself or is made of nothing but pointers to itself. Bytes behind the sections are
 * not looked at. BAD_DATA, naming the type, where one is wrong; UNSUPPORTED for a kind of type that
 * no kernel up to 7.2 has. @order is the blob's byte order, @where the place of its first byte.
 */
NODISCARD struct vmw_error *btf_validate(struct span blob, enum order order,
					 struct vmw_where where);

struct btf_types; /* owned by the caller, freed with btf_types_free() */

/* Validate and parse @blob, which is copied. UNSUPPORTED in a build without libbpf. */
NODISCARD struct vmw_error *btf_types_parse(struct span blob, enum order order,
					    struct vmw_where where, struct btf_types **ret);
void btf_types_free(struct btf_types *types);
DEFINE_CLEANUP(struct btf_types, btf_types_free)

/* Whether this build has libbpf, which parses BTF. */
bool btf_available(void);

/*
 * Questions. @types may be NULL in all of them: nothing is there. Where the blob has several types
 * of one name (two source files may define it differently) that give different answers, there is
 * none. Names are bytes from the dump: escape what is printed.
 */

/* sizeof(struct @name), or union. False when there is none. */
bool btf_struct_size(const struct btf_types *types, const char *name, uint64_t *ret);

/*
 * Offset and size in bytes of @member of struct (or union) @name; members of unnamed structs and
 * unions within it count as its own, a dotted path ("name.release") goes down. False when there is
 * none, or for a bit field.
 */
bool btf_member(const struct btf_types *types, const char *name, const char *member,
		uint64_t *ret_offset, uint64_t *ret_size);

/*
 * The value of enumerator @name of enum @enumeration. False when there is none, or its sign is
 * unknown: pahole before 1.24 did not say whether a 32-bit value with its top bit set is negative.
 */
bool btf_enumerator(const struct btf_types *types, const char *enumeration, const char *name,
		    int64_t *ret);

/* Call @callback for each enumerator of enum @enumeration whose value is known, in order; it
 * returns false to stop. */
void btf_each_enumerator(const struct btf_types *types, const char *enumeration,
			 bool (*callback)(void *arg, const char *name, int64_t value), void *arg);
