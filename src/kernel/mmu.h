/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which MMU the kernel ran with, radix or hash: one and the same kernel image boots with either.
 *
 * Source: NUMBER(RADIX_MMU), arch/powerpc/kexec/vmcore_info.c (since 6.8, 36e826b568e4);
 * NUMBER(PGD_INDEX_SIZE), ... of patched kernels, which differ between the two;
 * MMU_FTR_* of arch/powerpc/include/asm/mmu.h in cur_cpu_spec->mmu_features (u32);
 * RADIX_PGD_VAL_BITS, book3s/64/radix-64k.h and radix-4k.h: an entry of a radix directory carries
 * the next level's index size, 9, in its low bits; HASH_PGD_VAL_BITS leaves them 0.
 */
#pragma once

#include "kernel/kernel.h"

/*
 * Set kernel->mmu from all sources that the dump has; the best one wins, and one that differs is a
 * problem "mmu-differs". OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *mmu_find(struct kernel *kernel, struct reader *reader,
				     struct problems *problems);

/*
 * The same from cur_cpu_spec, once the kernel's types say where the features are, and kallsyms
 * where it is: sets kernel->mmu where it is unknown, else compares. OS and NO_MEMORY only.
 */
NODISCARD struct vmw_error *mmu_use_types(struct kernel *kernel, struct reader *reader,
					  struct problems *problems);
