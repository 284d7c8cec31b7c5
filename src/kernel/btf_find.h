/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Find the kernel's BTF in its memory.
 *
 * Source: Linux include/asm-generic/vmlinux.lds.h, BTF: the section is part of the read-only data,
 * between __start_BTF and __stop_BTF, aligned to 4 (to a page since 6.16). kallsyms has these two
 * symbols with CONFIG_KALLSYMS_ALL only.
 */
#pragma once

#include "kernel/btf.h"
#include "kernel/kallsyms.h"
#include "kernel/kernel.h"

struct btf_place {
	vmw_virt start;
	uint64_t size;    /* of the whole blob: btf_layout.size */
	const char *from; /* "VMCOREINFO", "kallsyms", "symbols", "search of the kernel image" */
};

/*
 * Find the blob: by its symbols in VMCOREINFO, else in @kallsyms, which may be NULL, else in
 * --vmlinux or --system-map; else by btf_search(). MISSING when there is none, which is known
 * without a search where @kallsyms has data symbols; BAD_DATA when the symbols do not lead to one.
 * The header alone has been looked at.
 */
NODISCARD struct vmw_error *btf_find(const struct kernel *kernel, struct reader *reader,
				     const struct kallsyms *kallsyms, struct btf_place *ret);

/*
 * Look for the blob's header in the kernel image: at every 4 bytes of its read-only data, if
 * @kallsyms, which may be NULL, knows where that is, else of the 64 MiB from _stext on. What stands
 * before @from is passed over: 0 for the image's start. MISSING when there is none, or the image's
 * place is unknown.
 */
NODISCARD struct vmw_error *btf_search(const struct kernel *kernel, struct reader *reader,
				       const struct kallsyms *kallsyms, vmw_virt from,
				       struct btf_place *ret);

/*
 * Find, read, validate and parse the kernel's types, and hold them against VMCOREINFO by
 * types_check(): a file with the BTF of another kernel may lie in memory. A search goes on behind
 * what does not pass. MISSING when there are none, or nothing tells whether they are this kernel's;
 * UNSUPPORTED in a build without libbpf; the errors of what was found first otherwise.
 */
NODISCARD struct vmw_error *btf_types_read(const struct kernel *kernel, struct reader *reader,
					   const struct kallsyms *kallsyms, struct btf_types **ret,
					   struct btf_place *ret_place);
