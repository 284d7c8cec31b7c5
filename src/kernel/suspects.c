/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/suspects.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/text.h"

enum {
	/* Images to look through before the end of the search: it saves time once, not often. */
	EARLY_CHECKS_MAX = 4,
	/* More than these are no boots of one machine, and their images are not looked through. */
	LEFTOVERS_MAX = 8,
};

void suspects_deinit(struct suspects *suspects)
{
	for (size_t i = 0; i < suspects->count; i++) {
		candidate_deinit(&suspects->list[i].best);
		free(suspects->list[i].places);
	}
}

/* ---- finding them ---- */

/* Of one kernel's texts: whole ones, then notes, then those with CRASHTIME are preferred. */
static int rank(const struct candidate *candidate)
{
	return (candidate->cut ? 0 : 4) + (candidate->note ? 2 : 0) + (candidate->crashed ? 1 : 0);
}

static bool is_better(const struct candidate *candidate, const struct candidate *than)
{
	int difference = rank(candidate) - rank(than);
	return difference > 0 ||
	       (difference == 0 && candidate->identity_size > than->identity_size);
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static struct vmw_error *image_refers(struct suspect *kernel, struct reader *reader, bool *ret)
{
	qsort(kernel->places, kernel->place_count, sizeof(uint64_t), compare_u64);
	return candidate_image_refers(&kernel->best, reader, kernel->places, kernel->place_count,
				      ret);
}

/* The crashed kernel itself, and no copy of an earlier boot: there is no better. */
static struct vmw_error *check_early(struct suspects *suspects, struct suspect *kernel,
				     struct reader *reader)
{
	const struct candidate *best = &kernel->best;

	if (!best->note || !best->crashed || best->cut || !candidate_unrelocated(best) ||
	    kernel->early_checked || suspects->early_checks == EARLY_CHECKS_MAX)
		return NULL;
	kernel->early_checked = true;
	suspects->early_checks++;
	TRY(image_refers(kernel, reader, &suspects->decided));
	for (size_t i = 0; suspects->decided && i < suspects->count; i++)
		suspects->list[i].dropped = &suspects->list[i] != kernel;
	return NULL;
}

struct vmw_error *suspects_add(struct suspects *suspects, struct reader *reader,
			       struct candidate *found)
{
	size_t i = 0;

	while (i < suspects->count && !candidate_same_kernel(&suspects->list[i].best, found))
		i++;
	if (i == SUSPECTS_MAX)
		return error_new(VMW_ERROR_BAD_DATA, where_phys(found->phys),
				 "VMCOREINFO: memory holds texts of more than %d kernels: give the "
				 "right one with --vmcoreinfo-file",
				 SUSPECTS_MAX);

	struct suspect *kernel = &suspects->list[i];
	uint64_t place = found->phys.value - (found->note ? CANDIDATE_NOTE_HEADER_SIZE : 0);
	if (!ARRAY_PUSH(kernel->places, kernel->place_count, kernel->place_capacity, place))
		return error_no_memory();
	kernel->crashed |= found->crashed;
	if (i == suspects->count || is_better(found, &kernel->best)) {
		candidate_deinit(&kernel->best);
		kernel->best = *found;
		found->info = NULL;
	}
	if (i == suspects->count)
		suspects->count++;
	return check_early(suspects, kernel, reader);
}

/* ---- choosing one ---- */

static bool same_place(const struct suspects *suspects, size_t a, size_t b)
{
	const struct candidate *first = &suspects->list[a].best;
	const struct candidate *second = &suspects->list[b].best;

	return first->stext_known && second->stext_known &&
	       first->stext.value == second->stext.value;
}

static bool place_is_shared(const struct suspects *suspects, size_t index)
{
	for (size_t i = 0; i < suspects->count; i++) {
		if (i != index && same_place(suspects, i, index))
			return true;
	}
	return false;
}

/*
 * Of kernels at one place only one can be the last that ran there: if its image refers to the text
 * of some of them, the others are what earlier boots left behind.
 */
static struct vmw_error *drop_leftovers(struct suspects *suspects, struct reader *reader)
{
	bool refers[SUSPECTS_MAX] = { false };

	if (suspects->count > LEFTOVERS_MAX)
		return NULL;
	for (size_t i = 0; i < suspects->count; i++) {
		if (place_is_shared(suspects, i))
			TRY(image_refers(&suspects->list[i], reader, &refers[i]));
	}
	for (size_t i = 0; i < suspects->count; i++) {
		for (size_t j = 0; j < suspects->count; j++) {
			if (!refers[i] && refers[j] && same_place(suspects, i, j))
				suspects->list[i].dropped = true;
		}
	}
	return NULL;
}

/* The one kernel left for which @test holds; NULL when there is none, or another. */
static struct suspect *only_one(struct suspects *suspects, bool (*test)(const struct suspect *))
{
	struct suspect *only = NULL;

	for (size_t i = 0; i < suspects->count; i++) {
		struct suspect *kernel = &suspects->list[i];
		if (kernel->dropped || !test(kernel))
			continue;
		if (only)
			return NULL;
		only = kernel;
	}
	return only;
}

static bool is_any(const struct suspect *kernel)
{
	return true;
}

static bool is_crashed_in_place(const struct suspect *kernel)
{
	return kernel->crashed && candidate_unrelocated(&kernel->best);
}

/* All but a capture kernel that has not crashed itself. */
static bool is_no_capture_kernel(const struct suspect *kernel)
{
	return kernel->crashed || !kernel->best.stext_known || candidate_unrelocated(&kernel->best);
}

/* "A; B; and 3 more", of all but @skip; NULL without memory. */
static char *describe_all(const struct suspects *suspects, const struct suspect *skip)
{
	enum { NAMED_MAX = 4 };
	_cleanup_(freep) char *all = strdup("");
	size_t named = 0, more = 0;

	for (size_t i = 0; all && i < suspects->count; i++) {
		if (&suspects->list[i] == skip)
			continue;
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		_cleanup_(freep) char *one = candidate_describe(&suspects->list[i].best);
		char *longer = one ? text_format("%s%s%s", all, named ? "; " : "", one) : NULL;
		free(all);
		all = longer;
		named++;
	}
	if (all && more)
		return text_format("%s; and %zu more", all, more);
	return TAKE(all);
}

struct vmw_error *suspects_choose(struct suspects *suspects, struct reader *reader,
				  struct problems *problems, struct search_result *ret)
{
	if (!suspects->decided)
		TRY(drop_leftovers(suspects, reader));

	struct suspect *chosen = only_one(suspects, is_any);
	if (!chosen)
		chosen = only_one(suspects, is_crashed_in_place);
	if (!chosen) {
		chosen = only_one(suspects, is_no_capture_kernel);
		if (chosen && !candidate_unrelocated(&chosen->best))
			chosen = NULL;
	}

	_cleanup_(freep) char *others = describe_all(suspects, chosen);
	if (!chosen)
		return error_new(VMW_ERROR_BAD_DATA, where_phys(suspects->list[0].best.phys),
				 "VMCOREINFO: memory holds that of %zu kernels, and nothing tells "
				 "which of them crashed: %s: give the right one with "
				 "--vmcoreinfo-file",
				 suspects->count, others ? others : "(no memory to name them)");
	if (suspects->count > 1) {
		_cleanup_(freep) char *own = candidate_describe(&chosen->best);
		problem_add(problems, "vmcoreinfo-several", VMW_NOTE, where_phys(chosen->best.phys),
			    NULL,
			    "VMCOREINFO: memory holds that of %zu kernels; taken: %s; not: %s",
			    suspects->count, own ? own : "?", others ? others : "?");
	}

	*ret = (struct search_result){ .info = chosen->best.info,
				       .phys = chosen->best.phys,
				       .note = chosen->best.note,
				       .order = chosen->best.order,
				       .candidates = suspects->count };
	chosen->best.info = NULL;
	return NULL;
}
