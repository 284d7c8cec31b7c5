/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Find VMCOREINFO in a dump's memory, for dumps whose headers carry none (QEMU's).
 *
 * Source: Linux kernel/vmcore_info.c crash_save_vmcoreinfo_init(): the text stands in a page of its
 * own (vmcoreinfo_data) and, behind an ELF note header, in another (vmcoreinfo_note); before 4.13
 * (203e9e41219b) in static arrays, aligned to 4 bytes. CRASHTIME is added at the crash to the note
 * and to the safe copy for the capture kernel only.
 */
#pragma once

#include "dump/reader.h"
#include "kernel/vmcoreinfo.h"
#include "util/problem.h"

/* Told now and then how far it is; false stops it. May be NULL. */
struct search_progress {
	bool (*report)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};

struct search_result {
	struct vmcoreinfo *info; /* the caller's */
	vmw_phys phys;           /* of the text */
	bool note;               /* it stands behind a note header, whose order is: */
	enum order order;
	size_t candidates; /* different kernels that the memory holds, this one counted */
};

/*
 * Search all present memory. A candidate counts only if init_uts_ns, at the place that it names,
 * has the release that it states. Texts that are the same apart from CRASHTIME are one kernel's:
 * of them the note is taken, and the one with CRASHTIME.
 *
 * Of several kernels the crashed one is taken. Of those at one place, what an earlier boot left
 * behind is told by the image in memory, which points at the text of the last boot. Else: it has
 * CRASHTIME, and its _stext is not relocated (0xc000000000000000), while a capture kernel's is and
 * has no CRASHTIME. Where that does not decide, none is taken: BAD_DATA names them all. A problem
 * "vmcoreinfo-several" tells of others.
 *
 * MISSING when there is none, with the reason why the first one met is not proven. BAD_DATA also
 * for memory that is made to keep the search busy: too many texts, or more of it than the file can
 * hold. OS with EINTR when @progress stops it. @order is taken for what tells none of its own. The
 * search ends early once the note of the crashed kernel is found with CRASHTIME and its image
 * points at it.
 */
NODISCARD struct vmw_error *search_vmcoreinfo(struct reader *reader, enum order order,
					      const struct search_progress *progress,
					      struct problems *problems, struct search_result *ret);
