/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page/kpf_rules.h"

#include "page/release.h"

/*
 * The fix of KSM was made when 7.1 and 6.18 were maintained, in July 2026, and applies to what has
 * FOLIO_MAPPING_KSM (6.17). Which of their releases have it is not known here.
 */
static enum tri ksm_on_anon(uint32_t release)
{
	if (release >= RELEASE(7, 2, 0))
		return TRI_NO;
	if (release >= RELEASE(7, 1, 2) ||
	    (release >= RELEASE(7, 0, 6) && release < RELEASE(7, 1, 0)) ||
	    (release >= RELEASE(6, 18, 30) && release < RELEASE(6, 19, 0)))
		return TRI_UNKNOWN;
	return TRI_YES;
}

void kpf_rules_init(const struct kernel *kernel, const struct types *types, struct kpf_rules *ret)
{
	uint32_t release = release_of(kernel);
	uint64_t offset;

	*ret = (struct kpf_rules){ .known = false };
	if (types->has[TYPE_SLAB]) {
		ret->known = release != 0;
		ret->why = "the kernel's version is not known";
		ret->folio = true;
		ret->ksm_on_anon = ksm_on_anon(release);
		ret->folio_types = vmcoreinfo_offset(kernel->vmcoreinfo, "page.compound_info",
						     &offset);
		ret->owner_2 = types->form == TYPES_TOP_BYTE;
		ret->error = !ret->owner_2;
		ret->idle_of_folio = true;
	} else {
		/* 5.10 has the ARCH_2 of 6.1, and what else is asked for here. */
		ret->known = release >= RELEASE(5, 10, 0) && release < RELEASE(6, 2, 0);
		ret->why = release ? "only those of 5.10 to 6.1, and 6.10 and later, are known"
				   : "the kernel's version is not known";
		ret->arch_2 = true;
		ret->error = true;
		ret->idle_of_folio = release >= RELEASE(6, 1, 0);
	}
}
