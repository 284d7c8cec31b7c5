/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/flags.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "kernel/btf.h"
#include "page/release.h"
#include "util/checked.h"
#include "util/text.h"

/* No kernel so far has had more than 28 flags; above them are zone, node and more. */
enum { FLAG_BITS_MAX = 32 };

static const char *const flag_names[FLAG_COUNT] = {
	[FLAG_LOCKED] = "locked",
	[FLAG_ERROR] = "error",
	[FLAG_REFERENCED] = "referenced",
	[FLAG_UPTODATE] = "uptodate",
	[FLAG_DIRTY] = "dirty",
	[FLAG_LRU] = "lru",
	[FLAG_ACTIVE] = "active",
	[FLAG_WORKINGSET] = "workingset",
	[FLAG_WAITERS] = "waiters",
	[FLAG_SLAB] = "slab",
	[FLAG_OWNER_PRIV_1] = "owner_priv_1",
	[FLAG_OWNER_2] = "owner_2",
	[FLAG_ARCH_1] = "arch_1",
	[FLAG_RESERVED] = "reserved",
	[FLAG_PRIVATE] = "private",
	[FLAG_PRIVATE_2] = "private_2",
	[FLAG_WRITEBACK] = "writeback",
	[FLAG_HEAD] = "head",
	[FLAG_TAIL] = "tail",
	[FLAG_SWAPCACHE] = "swapcache",
	[FLAG_MAPPEDTODISK] = "mappedtodisk",
	[FLAG_RECLAIM] = "reclaim",
	[FLAG_BUDDY] = "buddy",
	[FLAG_SWAPBACKED] = "swapbacked",
	[FLAG_UNEVICTABLE] = "unevictable",
	[FLAG_DROPBEHIND] = "dropbehind",
	[FLAG_MLOCKED] = "mlocked",
	[FLAG_UNCACHED] = "uncached",
	[FLAG_HWPOISON] = "hwpoison",
	[FLAG_COMPOUND_LOCK] = "compound_lock",
	[FLAG_YOUNG] = "young",
	[FLAG_IDLE] = "idle",
	[FLAG_ARCH_2] = "arch_2",
	[FLAG_ARCH_3] = "arch_3",
};

static bool find_flag(const char *name, enum flag *ret)
{
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		if (strcmp(name, flag_names[flag]) == 0) {
			*ret = flag;
			return true;
		}
	}
	return false;
}

/* What is being worked on. */
struct work {
	struct flags *flags;
	struct problems *problems;
	int exported[FLAG_COUNT]; /* what VMCOREINFO says: a bit, or -1 */
	bool any_exported, head_mask;
	bool enumerated;   /* BTF has the enum */
	bool numbers_only; /* neither that, nor a kernel that the numbers fit */
	bool no_memory;
};

/*
 * Give @bit the name @name. One that has a name keeps it alone, an enum has many aliases; but it is
 * told of when it means swapcache, too, and, where nothing but numbers is known, of all that have
 * it.
 */
static void set_name(struct work *work, unsigned int bit, const char *name)
{
	char **place = &work->flags->names[bit];
	char *text;

	if (!*place)
		text = strdup(name);
	else if (strcmp(name, *place) != 0 &&
		 (work->numbers_only ||
		  (strcmp(name, "swapcache") == 0 && strcmp(*place, "owner_priv_1") == 0)))
		text = text_format("%s|%s", *place, name);
	else
		return;
	if (!text) {
		work->no_memory = true;
		return;
	}
	free(*place);
	*place = text;
}

/* "PG_lru" as "lru"; false when it is none, or does not fit. */
static bool lower_name(const char *name, char *ret, size_t size)
{
	size_t length = strlen(name);

	if (strncmp(name, "PG_", 3) != 0 || length - 3 >= size)
		return false;
	for (size_t i = 3; i <= length; i++)
		ret[i - 3] = (char)tolower((unsigned char)name[i]);
	return true;
}

enum { NAME_SIZE = 80 }; /* longer than a line of VMCOREINFO */

/* ---- VMCOREINFO ---- */

static bool take_number(void *arg, const char *name, int64_t value)
{
	struct work *work = arg;
	char lower[NAME_SIZE];
	enum flag flag;

	/* PG_hugetlb, 6.6 to 6.8: a flag of a hugetlb folio's second page, not of the page itself.
	 */
	if (!lower_name(name, lower, sizeof(lower)) || strcmp(lower, "hugetlb") == 0)
		return true;
	/* The only one that is a mask: 1 << PG_head. */
	bool mask = strcmp(lower, "head_mask") == 0;
	if (mask ? !is_power_of_two((uint64_t)value) : (value < 0 || value > 63)) {
		problem_add(work->problems, "flag-bad", VMW_WARNING, where_none(), NULL,
			    "NUMBER(%s) of VMCOREINFO: %" PRId64 " is no %s; the flag is left out",
			    name, value, mask ? "mask of one bit" : "bit of a 64-bit word");
		return true;
	}
	unsigned int bit = mask ? log2_of((uint64_t)value) : (unsigned int)value;
	const char *plain = mask ? "head" : lower;
	work->any_exported = true;
	work->head_mask = work->head_mask || mask;
	if (find_flag(plain, &flag))
		work->exported[flag] = (int)bit;
	else if (!work->enumerated)
		set_name(work, bit, plain);
	return !work->no_memory;
}

/* ---- BTF ---- */

static bool take_enumerator(void *arg, const char *name, int64_t value)
{
	struct work *work = arg;
	char lower[NAME_SIZE];
	enum flag flag;

	if (value < 0 || value > 63 || !lower_name(name, lower, sizeof(lower)))
		return true;
	work->enumerated = true;
	set_name(work, (unsigned int)value, lower);
	if (find_flag(lower, &flag))
		work->flags->places[flag].mask = UINT64_C(1) << value;
	return !work->no_memory;
}

static void from_types(struct work *work, const struct kernel *kernel)
{
	if (!kernel->types)
		return;
	btf_each_enumerator(kernel->types, "pageflags", take_enumerator, work);
	if (!work->enumerated)
		return;
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		work->flags->places[flag].known = true;
	work->flags->from = "enum pageflags of the kernel's types";
}

static void check_types(struct work *work)
{
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		struct flag_place *place = &work->flags->places[flag];
		uint64_t exported = work->exported[flag] < 0 ? 0
							     : UINT64_C(1) << work->exported[flag];

		if (exported == 0 || exported == place->mask)
			continue;
		problem_add(work->problems, "flag-differs", VMW_WARNING, where_none(), NULL,
			    "PG_%s: bit %d by VMCOREINFO, and not so by the kernel's types; it "
			    "counts as unknown",
			    flag_names[flag], work->exported[flag]);
		place->known = false;
		place->mask |= exported;
	}
}

/* ---- the eras ---- */

static bool agrees(const struct work *work, const struct flags_variant *variant)
{
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		if (work->exported[flag] >= 0 && work->exported[flag] != variant->bits[flag])
			return false;
	}
	/*
	 * NUMBER(PG_head_mask) stands behind NUMBER(PG_hwpoison), which is exported where there is
	 * one since 0d0bf6674192 (3.11), before the other was.
	 */
	return !work->head_mask || work->exported[FLAG_HWPOISON] >= 0 ||
	       variant->bits[FLAG_HWPOISON] < 0;
}

/* Keep those of the @count variants that agree with VMCOREINFO; how many. */
static size_t keep_agreeing(const struct work *work, struct flags_variant *variants, size_t count,
			    uint32_t release)
{
	size_t kept = 0, timely = 0;

	for (size_t i = 0; i < count; i++) {
		if (agrees(work, &variants[i]))
			variants[kept++] = variants[i];
	}
	/* Where the numbers leave several eras, the version tells. */
	for (size_t i = 0; i < kept && release; i++) {
		if (release >= variants[i].since && release < variants[i].before)
			variants[timely++] = variants[i];
	}
	return timely ? timely : kept;
}

/* The flag whose bit is @bit; of those that share it the one that has it to itself by the enum. */
static const char *variant_name(const struct flags_variant *variant, int bit)
{
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		if (variant->bits[flag] == bit)
			return flag_names[flag];
	}
	return NULL;
}

static void name_bits(struct work *work, const struct flags_variant *variants, size_t count)
{
	for (int bit = 0; bit < FLAG_BITS_MAX; bit++) {
		const char *name = variant_name(&variants[0], bit);

		for (size_t i = 1; i < count && name; i++) {
			if (variant_name(&variants[i], bit) != name)
				name = NULL;
		}
		if (name)
			set_name(work, (unsigned int)bit, name);
	}
	const struct flag_place *swapcache = &work->flags->places[FLAG_SWAPCACHE];
	if (swapcache->known && swapcache->mask)
		set_name(work, log2_of(swapcache->mask), "swapcache");
}

static void from_eras(struct work *work, const struct kernel *kernel)
{
	struct flags_variant variants[FLAGS_VARIANTS_MAX];
	size_t count = 0;

	if (work->any_exported)
		count = keep_agreeing(work, variants, flags_variants(variants), release_of(kernel));
	work->flags->from =
		count ? "NUMBER(PG_*) of VMCOREINFO, and the kernels they fit"
		: work->any_exported
			? "NUMBER(PG_*) of VMCOREINFO, which fit no kernel that is known"
			: "no NUMBER(PG_*) line of VMCOREINFO";
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		struct flag_place *place = &work->flags->places[flag];
		uint64_t all = 0, none = 0;

		for (size_t i = 0; i < count; i++) {
			if (variants[i].bits[flag] < 0)
				none = 1;
			else
				all |= UINT64_C(1) << variants[i].bits[flag];
		}
		if (work->exported[flag] >= 0)
			*place = (struct flag_place){ true, UINT64_C(1) << work->exported[flag] };
		else if (count == 0)
			*place = (struct flag_place){ false, (UINT64_C(1) << FLAG_BITS_MAX) - 1 };
		else
			*place = (struct flag_place){
				.known = all == 0 || (!none && is_power_of_two(all)),
				.mask = all,
			};
	}
	if (count) {
		name_bits(work, variants, count);
		return;
	}
	work->numbers_only = true;
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		int bit = work->exported[flag];

		if (bit < 0)
			continue;
		/*
		 * Since 4.10 PG_swapcache is PG_owner_priv_1, and comes before PG_private; the bit
		 * of its own that it had until then came behind.
		 */
		if (flag == FLAG_SWAPCACHE && work->exported[FLAG_PRIVATE] > bit)
			set_name(work, (unsigned int)bit, "owner_priv_1");
		set_name(work, (unsigned int)bit, flag_names[flag]);
	}
}

struct vmw_error *flags_open(const struct kernel *kernel, struct problems *problems,
			     struct flags **ret)
{
	_cleanup_(flags_freep) struct flags *flags = calloc(1, sizeof(*flags));
	struct work work = { .flags = flags, .problems = problems };

	if (!flags)
		return error_no_memory();
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		work.exported[flag] = -1;
	from_types(&work, kernel);
	if (kernel->vmcoreinfo)
		vmcoreinfo_each_number(kernel->vmcoreinfo, take_number, &work);
	if (work.enumerated)
		check_types(&work);
	else
		from_eras(&work, kernel);
	if (work.no_memory)
		return error_no_memory();
	*ret = TAKE(flags);
	return NULL;
}

void flags_free(struct flags *flags)
{
	if (!flags)
		return;
	for (size_t bit = 0; bit < 64; bit++)
		free(flags->names[bit]);
	free(flags);
}
