/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One place in memory that may hold VMCOREINFO: read it and hold it against the kernel it
 * describes.
 *
 * Source: Linux kernel/vmcore_info.c (kernel/crash_core.c, kernel/kexec.c before):
 * crash_save_vmcoreinfo_init() writes OSRELEASE first; include/uapi/linux/utsname.h struct
 * new_utsname; include/linux/utsname.h struct uts_namespace.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dump/reader.h"
#include "kernel/vmcoreinfo.h"

/* { namesz, descsz, type, "VMCOREINFO" padded to 4 }: what stands before the text of a note. */
enum { CANDIDATE_NOTE_HEADER_SIZE = 24 };

struct candidate {
	struct vmcoreinfo *info;
	vmw_phys phys;    /* of the text */
	bool note;        /* a note header stands before it */
	enum order order; /* of the note, else of utsname.machine, else as the caller said */
	bool cut;         /* the dump lacks its end */
	bool crashed;     /* it has CRASHTIME */
	bool stext_known;
	vmw_virt stext;
	size_t identity_size; /* so many bytes of the text tell the kernel: the whole lines before
				 CRASHTIME */
};

/*
 * Read the text at @phys, which begins with "OSRELEASE=". It is this machine's VMCOREINFO only if
 * init_uts_ns, where it says, is of Linux and of the release it states. BAD_DATA or MISSING, with
 * the reason, when it is not, or not to be proven; OS or NO_MEMORY. @order is for text without a
 * note header of a kernel whose utsname names no machine. @ret_size, always set, is how many bytes
 * of text were looked at.
 */
NODISCARD struct vmw_error *candidate_read(struct reader *reader, vmw_phys phys, enum order order,
					   struct candidate *ret, size_t *ret_size);
void candidate_deinit(struct candidate *candidate);

/* "release 6.12.117, _stext 0xc000000000000000, CRASHTIME, at physical 0x1f000018", or NULL without
 * memory; the caller frees it. */
char *candidate_describe(const struct candidate *candidate);

/* Whether both are of one boot of one kernel: same text, apart from CRASHTIME and from where one is
 * cut. */
bool candidate_same_kernel(const struct candidate *a, const struct candidate *b);

/* _stext is known, and where a kernel that was not relocated has it: a capture kernel has it
 * higher. */
bool candidate_unrelocated(const struct candidate *candidate);

/*
 * Whether the kernel image that @candidate describes refers to a text or note at one of @places:
 * vmcoreinfo_data, vmcoreinfo_note point at them, and before 4.13 (203e9e41219b) they stand in the
 * image. A copy that an earlier boot of the same kernel left behind is not referred to. @places are
 * physical addresses, of the note header where there is one, in ascending order; false also when
 * that part of the image is not in the dump.
 */
NODISCARD struct vmw_error *candidate_image_refers(const struct candidate *candidate,
						   struct reader *reader, const uint64_t *places,
						   size_t count, bool *ret);
