/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/talk.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/text.h"

enum {
	PROGRESS_AFTER_MS = 500, /* what is over before needs none */
	PROGRESS_EVERY_MS = 100,
};

struct talk talk_new(const struct arguments *args)
{
	return (struct talk){
		.quiet = args->quiet,
		.verbose = args->verbose,
		.label = args->dump_count ? args->dumps[0] : NULL,
		.terminal = isatty(STDERR_FILENO) == 1,
	};
}

char *where_text(struct vmw_where where)
{
	switch (where.space) {
	case VMW_SPACE_NONE:
		break;
	case VMW_SPACE_FILE:
		return text_format(" (at file offset 0x%" PRIx64 ")", where.address);
	case VMW_SPACE_PHYS:
		return text_format(" (physical 0x%" PRIx64 ")", where.address);
	case VMW_SPACE_VIRT:
		return text_format(" (virtual 0x%" PRIx64 ")", where.address);
	}
	return strdup("");
}

/* Whether @message has the address of @where in it: twice is noise. */
static bool says_where(const char *message, struct vmw_where where)
{
	_cleanup_(freep) char *address = text_format("0x%" PRIx64, where.address);
	const char *found = address ? strstr(message, address) : NULL;

	return found && !isxdigit((unsigned char)found[strlen(address)]);
}

void talk_line(struct talk *talk, const char *file, const char *prefix, const char *message,
	       struct vmw_where where)
{
	const char *name = file ? file : talk->label;
	_cleanup_(freep) char *safe_name = name ? text_escaped(name, strlen(name)) : NULL;
	_cleanup_(freep) char *place = says_where(message, where) ? NULL : where_text(where);

	talk_progress_end(talk);
	fprintf(stderr, "vmemwalk: %s%s%s%s%s\n", safe_name ? safe_name : "", safe_name ? ": " : "",
		prefix, message, place ? place : "");
}

void talk_error(struct talk *talk, const struct vmw_error *error)
{
	talk_line(talk, error->file, "", error->message, error->where);
}

static uint64_t now_ms(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + 1;
}

bool talk_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct talk *talk = arg;

	if (!talk->terminal || talk->quiet)
		return true;
	uint64_t now = now_ms();
	if (talk->started == 0)
		talk->started = now;
	if (now - talk->started < PROGRESS_AFTER_MS || now - talk->shown < PROGRESS_EVERY_MS)
		return true;
	talk->shown = now;
	talk->progress_shown = true;
	/* In floating point: done * 100 could overflow. */
	double percent = total ? 100.0 * (double)done / (double)total : 0;
	fprintf(stderr, "\r\033[Kvmemwalk: %s: %.0f %%", what, percent < 100 ? percent : 100);
	fflush(stderr);
	return true;
}

void talk_progress_end(struct talk *talk)
{
	if (talk->progress_shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	talk->progress_shown = false;
	talk->started = 0;
}
