/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake/ram.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "fake/store.h"

/* A frame that something was written to. */
struct slot {
	uint64_t key;         /* number of the frame + 1; 0: the slot is free */
	unsigned char *bytes; /* NULL: touched, but zeros */
};

/* From frame @first on, up to the next of these. */
struct state {
	uint64_t first;
	enum vmw_data data;
};

struct ram {
	uint64_t size, frame_count;
	uint32_t frame;
	enum order order;
	struct slot *slots; /* open addressing; a power of two, at most half of them used */
	size_t slot_count, slots_used;
	struct state *states; /* ascending, the first at frame 0, neighbours differ */
	size_t state_count;
};

void fake_fail(const char *format, ...)
{
	va_list args;

	fputs("fake: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void *fake_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		fake_fail("no memory for %zu times %zu bytes", count, size);
	return memory;
}

struct ram *ram_new(uint64_t size, uint32_t frame, enum order order)
{
	if ((frame != 4096 && frame != 65536) || size == 0 || size % frame != 0)
		fake_fail("RAM of 0x%" PRIx64 " bytes in frames of 0x%" PRIx32, size, frame);

	struct ram *ram = fake_alloc(1, sizeof(*ram));
	ram->size = size;
	ram->frame = frame;
	ram->frame_count = size / frame;
	ram->order = order;
	ram->slot_count = 1024;
	ram->slots = fake_alloc(ram->slot_count, sizeof(*ram->slots));
	ram->states = fake_alloc(1, sizeof(*ram->states));
	ram->states[0] = (struct state){ .first = 0, .data = VMW_PRESENT };
	ram->state_count = 1;
	return ram;
}

void ram_free(struct ram *ram)
{
	if (!ram)
		return;
	for (size_t i = 0; i < ram->slot_count; i++)
		free(ram->slots[i].bytes);
	free(ram->slots);
	free(ram->states);
	free(ram);
}

uint64_t ram_size(const struct ram *ram)
{
	return ram->size;
}

uint32_t ram_frame(const struct ram *ram)
{
	return ram->frame;
}

enum order ram_order(const struct ram *ram)
{
	return ram->order;
}

static void check_range(const struct ram *ram, uint64_t phys, uint64_t size)
{
	if (phys > ram->size || size > ram->size - phys)
		fake_fail("0x%" PRIx64 " bytes at 0x%" PRIx64 " are outside of RAM of 0x%" PRIx64
			  " bytes",
			  size, phys, ram->size);
}

/* The slot of a frame, or the free one that it would get. */
static struct slot *slot_find(struct slot *slots, size_t slot_count, uint64_t key)
{
	/* 2^64 / phi: neighbouring keys spread over the table. */
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 16) & (slot_count - 1);

	while (slots[i].key != 0 && slots[i].key != key)
		i = (i + 1) & (slot_count - 1);
	return &slots[i];
}

static struct slot *slot_touch(struct ram *ram, uint64_t index)
{
	struct slot *slot = slot_find(ram->slots, ram->slot_count, index + 1);

	if (slot->key != 0)
		return slot;
	if (ram->slots_used >= ram->slot_count / 2) {
		size_t count = ram->slot_count * 2;
		struct slot *slots = fake_alloc(count, sizeof(*slots));

		for (size_t i = 0; i < ram->slot_count; i++) {
			if (ram->slots[i].key != 0)
				*slot_find(slots, count, ram->slots[i].key) = ram->slots[i];
		}
		free(ram->slots);
		ram->slots = slots;
		ram->slot_count = count;
		slot = slot_find(slots, count, index + 1);
	}
	slot->key = index + 1;
	ram->slots_used++;
	return slot;
}

void ram_put(struct ram *ram, uint64_t phys, const void *bytes, size_t size)
{
	const unsigned char *in = bytes;

	check_range(ram, phys, size);
	while (size > 0) {
		uint64_t offset = phys % ram->frame;
		size_t piece = size < ram->frame - offset ? size : (size_t)(ram->frame - offset);
		struct slot *slot = slot_touch(ram, phys / ram->frame);

		if (!slot->bytes)
			slot->bytes = fake_alloc(1, ram->frame);
		memcpy(slot->bytes + offset, in, piece);
		in += piece;
		phys += piece;
		size -= piece;
	}
}

void ram_put_u32(struct ram *ram, uint64_t phys, uint32_t value)
{
	unsigned char bytes[4];

	store_u32(bytes, value, ram->order);
	ram_put(ram, phys, bytes, sizeof(bytes));
}

void ram_put_u64(struct ram *ram, uint64_t phys, uint64_t value)
{
	unsigned char bytes[8];

	store_u64(bytes, value, ram->order);
	ram_put(ram, phys, bytes, sizeof(bytes));
}

void ram_put_be64(struct ram *ram, uint64_t phys, uint64_t value)
{
	unsigned char bytes[8];

	store_u64(bytes, value, ORDER_BIG);
	ram_put(ram, phys, bytes, sizeof(bytes));
}

void ram_touch(struct ram *ram, uint64_t phys, uint64_t size)
{
	check_range(ram, phys, size);
	if (size == 0)
		return;
	for (uint64_t i = phys / ram->frame; i <= (phys + size - 1) / ram->frame; i++)
		slot_touch(ram, i);
}

void ram_get(const struct ram *ram, uint64_t phys, void *bytes, size_t size)
{
	unsigned char *out = bytes;

	check_range(ram, phys, size);
	while (size > 0) {
		uint64_t offset = phys % ram->frame;
		size_t piece = size < ram->frame - offset ? size : (size_t)(ram->frame - offset);
		const unsigned char *frame = ram_frame_bytes(ram, phys - offset);

		if (frame)
			memcpy(out, frame + offset, piece);
		else
			memset(out, 0, piece);
		out += piece;
		phys += piece;
		size -= piece;
	}
}

uint32_t ram_get_u32(const struct ram *ram, uint64_t phys)
{
	unsigned char bytes[4];

	ram_get(ram, phys, bytes, sizeof(bytes));
	return load_u32(bytes, ram->order);
}

uint64_t ram_get_u64(const struct ram *ram, uint64_t phys)
{
	unsigned char bytes[8];

	ram_get(ram, phys, bytes, sizeof(bytes));
	return load_u64(bytes, ram->order);
}

uint64_t ram_get_be64(const struct ram *ram, uint64_t phys)
{
	unsigned char bytes[8];

	ram_get(ram, phys, bytes, sizeof(bytes));
	return load_u64(bytes, ORDER_BIG);
}

/* The first state that starts at or behind frame @index; state_count when there is none. */
static size_t state_from(const struct ram *ram, uint64_t index)
{
	size_t low = 0, high = ram->state_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ram->states[middle].first < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The state that holds frame @index. */
static size_t state_of(const struct ram *ram, uint64_t index)
{
	return state_from(ram, index + 1) - 1;
}

void ram_set_data(struct ram *ram, uint64_t phys, uint64_t size, enum vmw_data data)
{
	check_range(ram, phys, size);
	if (phys % ram->frame != 0 || size % ram->frame != 0)
		fake_fail("a state for 0x%" PRIx64 " bytes at 0x%" PRIx64
			  ", which are not whole frames",
			  size, phys);
	if (data != VMW_PRESENT && data != VMW_EXCLUDED && data != VMW_NOT_DUMPED)
		fake_fail("no frame can be made %d", (int)data);
	if (size == 0)
		return;

	uint64_t first = phys / ram->frame, end = (phys + size) / ram->frame;
	size_t from = state_from(ram, first), to = state_from(ram, end);
	struct state put[2];
	size_t put_count = 0;

	/* What comes after the range, if no state starts just there. */
	if (end < ram->frame_count && (to == ram->state_count || ram->states[to].first != end)) {
		enum vmw_data after = ram->states[state_of(ram, end)].data;

		if (after != data)
			put[put_count++] = (struct state){ .first = end, .data = after };
	} else if (to < ram->state_count && ram->states[to].data == data) {
		to++;
	}
	if (from == 0 || ram->states[from - 1].data != data) {
		if (put_count == 1)
			put[1] = put[0];
		put[0] = (struct state){ .first = first, .data = data };
		put_count++;
	}

	size_t count = from + put_count + (ram->state_count - to);
	struct state *states = fake_alloc(count, sizeof(*states));
	memcpy(states, ram->states, from * sizeof(*states));
	memcpy(states + from, put, put_count * sizeof(*states));
	memcpy(states + from + put_count, ram->states + to,
	       (ram->state_count - to) * sizeof(*states));
	free(ram->states);
	ram->states = states;
	ram->state_count = count;
}

enum vmw_data ram_data(const struct ram *ram, uint64_t phys)
{
	enum vmw_data data;

	ram_run(ram, phys, &data);
	return data;
}

uint64_t ram_run(const struct ram *ram, uint64_t phys, enum vmw_data *ret)
{
	check_range(ram, phys, 1);

	size_t i = state_of(ram, phys / ram->frame);
	uint64_t end = i + 1 < ram->state_count ? ram->states[i + 1].first : ram->frame_count;
	*ret = ram->states[i].data;
	return end * ram->frame - phys;
}

const unsigned char *ram_frame_bytes(const struct ram *ram, uint64_t phys)
{
	check_range(ram, phys, ram->frame);
	return slot_find(ram->slots, ram->slot_count, phys / ram->frame + 1)->bytes;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* The numbers of the frames that were touched, or only of those that have bytes, ascending. */
static uint64_t *frames_list(const struct ram *ram, bool with_bytes, size_t *ret_count)
{
	uint64_t *frames = fake_alloc(ram->slots_used, sizeof(*frames));
	size_t count = 0;

	for (size_t i = 0; i < ram->slot_count; i++) {
		if (ram->slots[i].key != 0 && (ram->slots[i].bytes || !with_bytes))
			frames[count++] = ram->slots[i].key - 1;
	}
	qsort(frames, count, sizeof(*frames), compare_u64);
	*ret_count = count;
	return frames;
}

uint64_t *ram_written(const struct ram *ram, size_t *ret_count)
{
	uint64_t *frames = frames_list(ram, true, ret_count);

	for (size_t i = 0; i < *ret_count; i++)
		frames[i] *= ram->frame;
	return frames;
}

void ram_exclude_untouched(struct ram *ram)
{
	size_t touched_count, next = 0, count = 0;
	_cleanup_(freep) uint64_t *touched = frames_list(ram, false, &touched_count);
	/* Each touched frame ends a run and starts one, at most. */
	struct state *states = fake_alloc(ram->state_count + 2 * touched_count + 2,
					  sizeof(*states));

	for (size_t i = 0; i < ram->state_count; i++) {
		uint64_t frame = ram->states[i].first;
		uint64_t end = i + 1 < ram->state_count ? ram->states[i + 1].first
							: ram->frame_count;

		while (frame < end) {
			enum vmw_data data = ram->states[i].data;
			uint64_t stop = end;

			while (next < touched_count && touched[next] < frame)
				next++;
			if (data == VMW_PRESENT) {
				if (next < touched_count && touched[next] == frame) {
					stop = frame + 1;
				} else {
					data = VMW_EXCLUDED;
					if (next < touched_count && touched[next] < end)
						stop = touched[next];
				}
			}
			if (count == 0 || states[count - 1].data != data)
				states[count++] = (struct state){ .first = frame, .data = data };
			frame = stop;
		}
	}
	free(ram->states);
	ram->states = states;
	ram->state_count = count;
}
