/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answer a whole call: open the dump, ask it, write the answer, say what is missing. */
#pragma once

#include "cli/options.h"
#include "cli/status.h"
#include "cli/talk.h"

/* @args is right in itself. Talks, and returns the exit status. */
enum status answer(const struct arguments *args, struct talk *talk);
