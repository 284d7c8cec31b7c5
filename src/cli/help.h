/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vmemwalk says of itself: made from the table of options. */
#pragma once

#include "cli/writer.h"

/* --help: fits a screen. */
void help_write(struct writer *writer);

/* --version: also which optional parts are built in. */
void version_write(struct writer *writer);

/* For a call without arguments: what to type. */
void usage_write(struct writer *writer);
