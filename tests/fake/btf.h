/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write a BTF blob, type by type. Types are numbered from 1 in the order they are added; a call
 * that adds a type returns its number. What follows a type (members, enumerators, parameters) is
 * added right behind it.
 *
 *	struct fake_btf *b = fake_btf_new(ORDER_BIG);
 *	uint32_t u64 = fake_btf_int(b, "unsigned long", 8);
 *	fake_btf_struct(b, "page", 64, 1);
 *	fake_btf_member(b, "flags", u64, 0);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "util/order.h"

struct fake_btf;

struct fake_btf *fake_btf_new(enum order order);
void fake_btf_free(struct fake_btf *btf);
DEFINE_CLEANUP(struct fake_btf, fake_btf_free)

/* Where @text is in the strings, added if it is not; 0 for NULL. */
uint32_t fake_btf_string(struct fake_btf *btf, const char *text);

/* Any type, by the numbers of include/uapi/linux/btf.h: @word is its size, or the type it refers
 * to. */
uint32_t fake_btf_type(struct fake_btf *btf, const char *name, uint32_t kind, uint32_t vlen,
		       uint32_t word);
/* The same with kind_flag. */
uint32_t fake_btf_flagged(struct fake_btf *btf, const char *name, uint32_t kind, uint32_t vlen,
			  uint32_t word);
/* A number of what follows a type. */
void fake_btf_word(struct fake_btf *btf, uint32_t word);

uint32_t fake_btf_int(struct fake_btf *btf, const char *name, uint32_t size);
uint32_t fake_btf_pointer(struct fake_btf *btf, uint32_t type);
uint32_t fake_btf_array(struct fake_btf *btf, uint32_t element, uint32_t index, uint32_t count);
uint32_t fake_btf_struct(struct fake_btf *btf, const char *name, uint32_t size, uint32_t members);
uint32_t fake_btf_union(struct fake_btf *btf, const char *name, uint32_t size, uint32_t members);
void fake_btf_member(struct fake_btf *btf, const char *name, uint32_t type, uint32_t bit_offset);
uint32_t fake_btf_enum(struct fake_btf *btf, const char *name, uint32_t values);
void fake_btf_value(struct fake_btf *btf, const char *name, int32_t value);
/* Of a FUNC_PROTO; NULL and 0 is "...". */
void fake_btf_parameter(struct fake_btf *btf, const char *name, uint32_t type);

/* The blob so far; the caller frees it. */
unsigned char *fake_btf_bytes(const struct fake_btf *btf, size_t *ret_size);
