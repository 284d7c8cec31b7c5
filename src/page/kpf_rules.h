/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a kernel's own fs/proc/page.c computes /proc/kpageflags and /proc/kpagecount: what has
 * changed from version to version.
 */
#pragma once

#include "page/type.h"

struct kpf_rules {
	bool known; /* the rules of this kernel are known; else @why */
	const char *why;
	/*
	 * Since dee3d0bef2b0 ("proc: rewrite stable_page_flags()") (6.10) most bits are those of
	 * the folio, before they were the page's own. Told by PAGE_SLAB_MAPCOUNT_VALUE, of the same
	 * release.
	 */
	bool folio;
	/*
	 * The same commit sets KSM on every anonymous page; fixed in 7.2 ("fs/proc: fix KPF_KSM
	 * reported for all anonymous pages"), marked for stable kernels: 6.12.117 does not have it.
	 */
	enum tri ksm_on_anon;
	/* OFFLINE and PGTABLE are the folio's type, as of the snapshot that 7.2 takes of a page. */
	bool folio_types;
	/* ARCH_2: 4beba9486abd (5.10) to where it depends on the architecture (6.12 has it so). */
	bool arch_2;
	/* Bit 34 is MAPPEDTODISK, since 6.12 OWNER_2. */
	bool owner_2;
	bool error; /* ERROR, until 6.12 took the flag away */
	/* IDLE of a tail is that of its folio: certain since 6.1, where the source was read. */
	bool idle_of_folio;
};

void kpf_rules_init(const struct kernel *kernel, const struct types *types, struct kpf_rules *ret);
