/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <inttypes.h>

bool kernel_is_linear(const struct kernel *kernel, vmw_virt virt)
{
	return virt_is_linear(virt) && (kernel->linear_end == 0 || virt.value < kernel->linear_end);
}

struct vmw_error *kernel_read(const struct kernel *kernel, struct reader *reader, vmw_virt virt,
			      void *buffer, size_t size, const char *what)
{
	struct run run;

	if (size == 0)
		return NULL;
	/* The linear map ends far below 2^64, so the last byte's address does not wrap unseen. */
	if (!kernel_is_linear(kernel, virt) ||
	    !kernel_is_linear(kernel, virt_at(virt.value + (size - 1))))
		return error_new(VMW_ERROR_BAD_DATA, where_virt(virt),
				 "%s at 0x%" PRIx64 ": not an address of the linear map", what,
				 virt.value);

	vmw_phys phys = virt_to_phys(virt);
	TRY(reader_read_whole(reader, phys, buffer, size, &run));
	if (run.data == VMW_PRESENT)
		return NULL;

	vmw_phys missing = phys_at(phys.value + run.size);
	_cleanup_(freep) char *why = dump_explain(kernel->dump, missing, run.reason);
	return error_new(VMW_ERROR_MISSING, where_phys(missing),
			 "%s at 0x%" PRIx64 ": physical 0x%" PRIx64 ": %s", what, virt.value,
			 missing.value, why ? why : reason_text(run.reason));
}

struct vmw_error *kernel_read_u32(const struct kernel *kernel, struct reader *reader, vmw_virt virt,
				  const char *what, uint32_t *ret)
{
	unsigned char bytes[4];

	TRY(kernel_read(kernel, reader, virt, bytes, sizeof(bytes), what));
	*ret = load_u32(bytes, kernel->order);
	return NULL;
}

struct vmw_error *kernel_read_u64(const struct kernel *kernel, struct reader *reader, vmw_virt virt,
				  const char *what, uint64_t *ret)
{
	unsigned char bytes[8];

	TRY(kernel_read(kernel, reader, virt, bytes, sizeof(bytes), what));
	*ret = load_u64(bytes, kernel->order);
	return NULL;
}
