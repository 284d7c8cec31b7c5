/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which kernel it was: its VMCOREINFO, its release, its byte order. The first steps of
 * kernel_open().
 *
 * Source: Linux include/uapi/linux/utsname.h, struct new_utsname: six strings of 65 bytes, sysname,
 * nodename, release, version, machine, domainname; UTS_MACHINE of arch/powerpc/Makefile is ppc64 or
 * ppc64le. In struct uts_namespace it stands at OFFSET(uts_namespace.name): 0, and 4 behind a kref
 * in kernels before 5.11.
 */
#pragma once

#include "kernel/kernel.h"

/* What the search for VMCOREINFO saw on its way. */
struct identity_evidence {
	bool has_note; /* a VMCOREINFO note; the kernel itself wrote its header: */
	enum order note_order;
	const char *note_from;
	bool from_option; /* VMCOREINFO is from a file that the user named */
	/* The release that VMCOREINFO of the dump itself states, if that file states another; else
	 * NULL. */
	const char *own_release;
};

/*
 * Set kernel->vmcoreinfo: from @options, the kdump header, the notes, or memory. None is no error:
 * vmcoreinfo_from says why. BAD_DATA and OS for the file in @options; OS and NO_MEMORY.
 */
NODISCARD struct vmw_error *identity_read_vmcoreinfo(struct kernel *kernel, struct reader *reader,
						     const struct kernel_options *options,
						     struct problems *problems,
						     struct identity_evidence *ret);

/*
 * Set kernel->order and kernel->release, by init_uts_ns in memory and @evidence. BAD_DATA when
 * VMCOREINFO is from a file in @options and the dump holds another kernel; OS and NO_MEMORY.
 */
NODISCARD struct vmw_error *
identity_decide(struct kernel *kernel, struct reader *reader, const struct kernel_options *options,
		struct problems *problems, const struct identity_evidence *evidence);
