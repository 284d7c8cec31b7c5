/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical memory of a machine that never was: sparse, with a state for each frame. The first room
 * of the house of fakes: ram.h is memory, kernel.h puts a kernel's records into it, dump.h writes
 * it out as a file.
 *
 * All functions abort the test on a mistake of its own (no memory, overlap, an address outside of
 * RAM), so that cases stay short. What is only zeros costs nothing: 64 TiB of RAM are fine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"
#include "util/order.h"
#include "vmemwalk.h"

struct ram;

/* A machine of @size bytes of RAM from address 0, all of it zeros and present; @frame is the unit
 * of states, 4096 or 65536, and divides @size. */
struct ram *ram_new(uint64_t size, uint32_t frame, enum order order);
void ram_free(struct ram *ram);
DEFINE_CLEANUP(struct ram, ram_free)

uint64_t ram_size(const struct ram *ram);
uint32_t ram_frame(const struct ram *ram);
enum order ram_order(const struct ram *ram);

/* Write; frames that were only zeros are given memory of their own. */
void ram_put(struct ram *ram, uint64_t phys, const void *bytes, size_t size);
void ram_put_u32(struct ram *ram, uint64_t phys, uint32_t value);
void ram_put_u64(struct ram *ram, uint64_t phys, uint64_t value);
/* Always big-endian: radix page-table entries. */
void ram_put_be64(struct ram *ram, uint64_t phys, uint64_t value);
/* As if zeros were written to the frames of a range that nothing was written to: they stay when
 * untouched ones are excluded, and still cost nothing. */
void ram_touch(struct ram *ram, uint64_t phys, uint64_t size);
void ram_get(const struct ram *ram, uint64_t phys, void *bytes, size_t size);
uint32_t ram_get_u32(const struct ram *ram, uint64_t phys);
uint64_t ram_get_u64(const struct ram *ram, uint64_t phys);
uint64_t ram_get_be64(const struct ram *ram, uint64_t phys);

/*
 * The state that a dump gives the frames of [@phys, @phys + @size), whole frames: VMW_PRESENT,
 * VMW_EXCLUDED (memory, but filtered out), VMW_NOT_DUMPED (no memory there as far as the dump
 * tells).
 */
void ram_set_data(struct ram *ram, uint64_t phys, uint64_t size, enum vmw_data data);
enum vmw_data ram_data(const struct ram *ram, uint64_t phys);

/* Exclude every frame that nothing was written to: what a small fixture does. */
void ram_exclude_untouched(struct ram *ram);

/* ---- for dump.h ---- */

/* How many bytes from @phys on have one state, *@ret. */
uint64_t ram_run(const struct ram *ram, uint64_t phys, enum vmw_data *ret);

/* The bytes of the frame that starts at @phys; NULL when they are all zeros because nothing was
 * written. */
const unsigned char *ram_frame_bytes(const struct ram *ram, uint64_t phys);

/* The addresses of all frames that ram_frame_bytes() gives bytes for, ascending; the caller frees
 * it. */
uint64_t *ram_written(const struct ram *ram, size_t *ret_count);

/* ---- for all the fakes ---- */

/* Say what is wrong with the test and abort it. */
_Noreturn void fake_fail(const char *format, ...) PRINTF_LIKE(1, 2);

/* malloc() of zeros that does not fail. */
void *fake_alloc(size_t count, size_t size);
