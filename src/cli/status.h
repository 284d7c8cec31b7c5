/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exit status of a call, from what became of its parts: "Exit statuses" in docs/design.md. */
#pragma once

/* What became of a query, or of a piece of it: a set, since a range of frames can have some of
 * each. */
enum outcome {
	OUTCOME_WHOLE = 1 << 0,  /* answered */
	OUTCOME_NO = 1 << 1,     /* answered: there is none */
	OUTCOME_PART = 1 << 2,   /* located, but something of it is missing */
	OUTCOME_FAILED = 1 << 3, /* not answered */
};

enum status {
	STATUS_WHOLE = 0,
	STATUS_NO = 1,
	STATUS_WRONG_CALL = 2,
	STATUS_FAILED = 3,
	STATUS_PART = 4,
};

/* The status of a call whose parts came out as @outcomes, of enum outcome. */
enum status status_of(unsigned int outcomes);
