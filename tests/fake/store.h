/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers into bytes, in the byte order of whoever reads them: the counterpart of util/order.h. */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "util/order.h"

/* Store at @bytes, which need not be aligned. */
static inline void store_u16(void *bytes, uint16_t value, enum order order)
{
	value = order == ORDER_BIG ? htobe16(value) : htole16(value);
	memcpy(bytes, &value, sizeof(value));
}

static inline void store_u32(void *bytes, uint32_t value, enum order order)
{
	value = order == ORDER_BIG ? htobe32(value) : htole32(value);
	memcpy(bytes, &value, sizeof(value));
}

static inline void store_u64(void *bytes, uint64_t value, enum order order)
{
	value = order == ORDER_BIG ? htobe64(value) : htole64(value);
	memcpy(bytes, &value, sizeof(value));
}
