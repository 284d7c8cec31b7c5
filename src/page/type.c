/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/type.h"

#include "kernel/btf.h"
#include "page/release.h"

/* What is exported, and what enum pagetype calls it: PG_ in 6.11, PGTY_ since. */
static const struct {
	const char *number, *enumerator, *enumerator_6_11;
} names[TYPE_COUNT] = {
	[TYPE_BUDDY] = { "PAGE_BUDDY_MAPCOUNT_VALUE", "PGTY_buddy", "PG_buddy" },
	[TYPE_OFFLINE] = { "PAGE_OFFLINE_MAPCOUNT_VALUE", "PGTY_offline", "PG_offline" },
	[TYPE_TABLE] = { NULL, "PGTY_table", "PG_table" },
	[TYPE_GUARD] = { NULL, "PGTY_guard", "PG_guard" },
	[TYPE_HUGETLB] = { "PAGE_HUGETLB_MAPCOUNT_VALUE", "PGTY_hugetlb", "PG_hugetlb" },
	[TYPE_SLAB] = { "PAGE_SLAB_MAPCOUNT_VALUE", "PGTY_slab", "PG_slab" },
	[TYPE_ZSMALLOC] = { NULL, "PGTY_zsmalloc", "PG_zsmalloc" },
	[TYPE_UNACCEPTED] = { "PAGE_UNACCEPTED_MAPCOUNT_VALUE", "PGTY_unaccepted", NULL },
	[TYPE_LARGE_KMALLOC] = { NULL, "PGTY_large_kmalloc", NULL },
};

static void set(struct types *types, enum page_type type, uint32_t value)
{
	if (types->has[type])
		return;
	types->has[type] = true;
	types->value[type] = value;
}

static void from_vmcoreinfo(const struct kernel *kernel, struct types *types)
{
	for (enum page_type type = 0; type < TYPE_COUNT; type++) {
		int64_t value;

		if (names[type].number &&
		    vmcoreinfo_number(kernel->vmcoreinfo, names[type].number, &value) &&
		    value >= INT32_MIN && value <= (int64_t)UINT32_MAX)
			set(types, type, (uint32_t)value);
	}
}

static void from_types(const struct kernel *kernel, struct types *types)
{
	for (enum page_type type = 0; kernel->types && type < TYPE_COUNT; type++) {
		int64_t value;

		if (btf_enumerator(kernel->types, "pagetype", names[type].enumerator, &value) &&
		    value >= 0xf0 && value <= 0xff)
			set(types, type, (uint32_t)value << 24);
		else if (names[type].enumerator_6_11 &&
			 btf_enumerator(kernel->types, "pagetype", names[type].enumerator_6_11,
					&value) &&
			 value > 0 && value <= 0x40000000)
			set(types, type, ~(uint32_t)value);
	}
}

/*
 * PAGE_BUDDY_MAPCOUNT_VALUE is exported since 8d67091ec6ae (3.9). Before, makedumpfile 92281a8 has
 * the values by version; up to 2.6.37 there is none, and a flag instead.
 */
static void from_release(uint32_t release, struct types *types)
{
	if (release == 0 || release >= RELEASE(3, 9, 0))
		return;
	types->form = TYPES_VALUES;
	types->complete = true;
	if (release >= RELEASE(2, 6, 39))
		set(types, TYPE_BUDDY, (uint32_t)-128);
	else if (release >= RELEASE(2, 6, 38))
		set(types, TYPE_BUDDY, (uint32_t)-2);
}

void types_init(const struct kernel *kernel, struct types *ret)
{
	uint32_t release = release_of(kernel);

	*ret = (struct types){ .form = TYPES_UNKNOWN };
	from_vmcoreinfo(kernel, ret);
	from_types(kernel, ret);
	if (!ret->has[TYPE_BUDDY])
		from_release(release, ret);
	if (!ret->has[TYPE_BUDDY])
		return;
	switch (ret->value[TYPE_BUDDY]) {
	case (uint32_t)-2:
	case (uint32_t)-128:
		ret->form = TYPES_VALUES;
		ret->complete = true;
		/* PAGE_BALLOON_MAPCOUNT_VALUE of d6d86c0a7f8d (3.18); nothing else has been -256.
		 */
		set(ret, TYPE_OFFLINE, (uint32_t)-256);
		break;
	case ~UINT32_C(0x80):
		ret->form = TYPES_BITS;
		ret->base = 0xf0000000;
		ret->none = -128;
		/* PG_balloon, since 5.1 PG_offline. */
		set(ret, TYPE_OFFLINE, ~UINT32_C(0x100));
		/*
		 * 4.18 has kmemcg at 0x200 and the table at 0x400. When 18b2db3b0385 ("mm: Convert
		 * page kmemcg type to a page memcg flag") (5.11) took kmemcg away they moved down.
		 */
		if (release >= RELEASE(5, 11, 0)) {
			set(ret, TYPE_TABLE, ~UINT32_C(0x200));
			set(ret, TYPE_GUARD, ~UINT32_C(0x400));
			ret->complete = true;
		} else if (release >= RELEASE(4, 18, 0)) {
			set(ret, TYPE_TABLE, ~UINT32_C(0x400));
		}
		break;
	case ~UINT32_C(0x40000000):
		ret->form = TYPES_BITS;
		ret->base = 0x80000000;
		ret->none = (int32_t)0xffff0000;
		set(ret, TYPE_TABLE, ~UINT32_C(0x10000000));
		set(ret, TYPE_GUARD, ~UINT32_C(0x08000000));
		set(ret, TYPE_ZSMALLOC, ~UINT32_C(0x01000000));
		ret->complete = true;
		break;
	case UINT32_C(0xf0000000):
		ret->form = TYPES_TOP_BYTE;
		ret->none = (int32_t)0xff000000;
		set(ret, TYPE_TABLE, UINT32_C(0xf2000000));
		set(ret, TYPE_GUARD, UINT32_C(0xf3000000));
		set(ret, TYPE_ZSMALLOC, UINT32_C(0xf6000000));
		ret->complete = true;
		break;
	default:
		break;
	}
}

enum tri types_test(const struct types *types, enum page_type type, int32_t mapcount)
{
	uint32_t word = (uint32_t)mapcount;
	uint32_t value = types->value[type];

	/* No type is what a mapped page has there, or one that is not mapped. */
	if (mapcount >= -1)
		return TRI_NO;
	if (types->form == TYPES_UNKNOWN)
		return TRI_UNKNOWN;
	if (!types->has[type])
		return types->complete ? TRI_NO : TRI_UNKNOWN;
	switch (types->form) {
	case TYPES_VALUES:
		return tri_of(word == value);
	case TYPES_BITS:
		return tri_of((word & (types->base | ~value)) == types->base);
	case TYPES_TOP_BYTE:
		return tri_of(word >> 24 == value >> 24);
	case TYPES_UNKNOWN:
		break;
	}
	return TRI_UNKNOWN;
}

enum tri types_any(const struct types *types, int32_t mapcount)
{
	if (mapcount >= -1)
		return TRI_NO;
	switch (types->form) {
	case TYPES_VALUES:
		return TRI_NO;
	case TYPES_BITS:
	case TYPES_TOP_BYTE:
		return tri_of(mapcount < types->none);
	case TYPES_UNKNOWN:
		break;
	}
	return TRI_UNKNOWN;
}
