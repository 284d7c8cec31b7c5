/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/memory.h"

#include <stdlib.h>
#include <string.h>

#include "util/checked.h"

/* No kernel of ppc64 maps less than this at once, so that what is not mapped goes on to its end. */
enum { PAGE_SIZE_MIN = 4096 };

/*
 * Steps that find nothing before the search is given up, some seconds at most: 4 GiB of virtual
 * memory, 1 TiB of physical. A range may be as large as the address space, and has no end that
 * would be reached.
 */
enum {
	UNMAPPED_STEPS_MAX = 1 << 20,
	MISSING_STEPS_MAX = 1 << 24,
};

struct vmw_error *memory_init(struct memory *memory, struct vmw_reader *reader,
			      const struct query_read *range)
{
	*memory = (struct memory){
		.reader = reader,
		.space = range->space,
		.next = range->address,
		.left = range->size,
		.buffer = malloc(MEMORY_BUFFER_SIZE),
	};
	if (!memory->buffer)
		return error_no_memory();
	if (memory->space == VMW_SPACE_PHYS) {
		memory->stretch_phys = range->address;
		memory->stretch_left = range->size;
	}
	return NULL;
}

void memory_deinit(struct memory *memory)
{
	free(memory->buffer);
	memory->buffer = NULL;
}

const char *memory_run_name(const struct memory_run *run)
{
	return run->state == MEMORY_UNMAPPED ? "unmapped" : vmw_data_name(run->data);
}

static struct vmw_error *given_up(const struct memory *memory, const char *why)
{
	return error_new(VMW_ERROR_MISSING, (struct vmw_where){ memory->space, memory->next },
			 "%s: what comes behind is not looked at: ask for it by its address", why);
}

/* Translate memory->next; @ret is set where nothing is mapped. */
static struct vmw_error *translate(struct memory *memory, struct memory_run *ret)
{
	struct vmw_translation translation;
	bool mapped;

	if (memory->unmapped_steps >= UNMAPPED_STEPS_MAX)
		return given_up(memory, "nothing is mapped for 4 GiB");
	TRY(vmw_translate(memory->reader, (vmw_virt){ memory->next }, &translation, &mapped));
	if (mapped) {
		memory->unmapped_steps = 0;
		memory->stretch_phys = translation.phys.value;
		memory->stretch_left = min_u64(translation.size, memory->left);
		return NULL;
	}
	uint64_t to_page_end = PAGE_SIZE_MIN - memory->next % PAGE_SIZE_MIN;
	memory->unmapped_steps++;
	*ret = (struct memory_run){ .address = memory->next,
				    .size = min_u64(to_page_end, memory->left),
				    .state = MEMORY_UNMAPPED };
	return NULL;
}

/* Fetch what is next, at most @room bytes of it to @buffer. There must be something left. */
static struct vmw_error *fetch(struct memory *memory, unsigned char *buffer, uint64_t room,
			       struct memory_run *ret)
{
	struct vmw_run run;

	*ret = (struct memory_run){ .size = 0 };
	if (memory->stretch_left == 0)
		TRY(translate(memory, ret));
	if (ret->size == 0) {
		if (memory->missing_steps >= MISSING_STEPS_MAX)
			return given_up(memory, "nothing of 1 TiB is in the dump");
		TRY(vmw_read_phys(memory->reader, (vmw_phys){ memory->stretch_phys }, buffer,
				  min_u64(memory->stretch_left, room), &run));
		*ret = (struct memory_run){ .address = memory->next, .size = run.size };
		ret->state = run.data == VMW_PRESENT ? MEMORY_PRESENT : MEMORY_MISSING;
		ret->data = run.data;
		ret->why = run.why;
		ret->bytes = run.data == VMW_PRESENT ? buffer : NULL;
		memory->missing_steps = run.data == VMW_PRESENT ? 0 : memory->missing_steps + 1;
		memory->stretch_phys += run.size;
		memory->stretch_left -= run.size;
	}
	memory->next += ret->size;
	memory->left -= ret->size;
	return NULL;
}

static bool same_kind(const struct memory_run *a, const struct memory_run *b)
{
	return a->state == b->state && a->data == b->data &&
	       (a->why == b->why || (a->why && b->why && strcmp(a->why, b->why) == 0));
}

struct vmw_error *memory_next(struct memory *memory, struct memory_run *ret, bool *ret_found)
{
	struct memory_run run = memory->pending;

	memory->pending.size = 0;
	while (memory->left > 0) {
		uint64_t used = run.size && run.state == MEMORY_PRESENT ? run.size : 0;
		struct memory_run more;

		if (used == MEMORY_BUFFER_SIZE)
			break;
		/* Missing memory takes no room, but what follows it may. */
		struct vmw_error *err = fetch(memory, memory->buffer + used,
					      MEMORY_BUFFER_SIZE - used, &more);
		if (err && run.size > 0) {
			/* First what there is; the same error comes again when asked for more. */
			vmw_error_free(err);
			break;
		}
		if (err)
			return err;
		if (run.size == 0) {
			run = more;
		} else if (same_kind(&run, &more)) {
			run.size += more.size;
		} else {
			memory->pending = more;
			break;
		}
	}
	*ret_found = run.size > 0;
	*ret = run;
	return NULL;
}
