/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image of an ELF core: dump/elf_open.c makes it, dump/elf.c reads it. */
#pragma once

#include "dump/elf_map.h"
#include "dump/image.h"

struct elf_image {
	struct image image;
	const struct file *file;
	struct elf_map map;
	unsigned char *notes;
	bool table_cut; /* segments that are not known may cover anything */
};

/* image_format.open() and close() of elf_format. */
NODISCARD struct vmw_error *elf_image_open(const struct file *const *files, size_t count,
					   struct problems *problems, struct image **ret);
void elf_image_close(struct image *image);
