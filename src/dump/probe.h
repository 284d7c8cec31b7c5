/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tell what a file is: one of the formats that are read, or something else, and then what to do
 * with it. */
#pragma once

#include "dump/file.h"
#include "dump/image.h"

/*
 * The format that reads @file. NOT_A_DUMP or UNSUPPORTED otherwise: the message names what the file
 * is ("gzip-compressed data", "an ELF file for x86-64") and what to do ("decompress it first: gzip
 * -d"). Every error names the file.
 */
NODISCARD struct vmw_error *probe_file(const struct file *file, const struct image_format **ret);
