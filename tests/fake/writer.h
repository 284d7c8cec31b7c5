/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of dump.h share: one file each, elf.c, kdump.c, flat.c. */
#pragma once

#include "fake/dump.h"

/* A file that is being written, in any order; bytes that nobody writes are holes. */
struct out {
	int fd;
	const char *path;
	uint64_t end; /* behind everything that was put or left out as zeros */
};

struct out out_open(const char *path);
/* Give the file its size and close it. */
void out_close(struct out *out);

void out_put(struct out *out, uint64_t offset, const void *bytes, size_t size);
/* @size bytes that are zeros. */
void out_zeros(struct out *out, uint64_t offset, uint64_t size);

/* The byte order of the headers. */
enum order spec_header_order(const struct ram *ram, const struct fake_dump_spec *spec);
/* Whether the headers are as QEMU writes them. */
bool spec_is_qemu(const struct fake_dump_spec *spec);

/* The notes of a dump, one after the other. */
struct notes {
	unsigned char *bytes; /* the caller's */
	size_t size;
	size_t text; /* offset of the VMCOREINFO text in them; 0 when there is none */
	size_t text_size;
};

/*
 * CORE, NT_PRSTATUS, of 504 bytes (struct elf_prstatus of ppc64), and VMCOREINFO if the spec has
 * it.
 */
struct notes notes_new(const struct ram *ram, const struct fake_dump_spec *spec);

void elf_write(const struct ram *ram, const struct fake_dump_spec *spec, const char *path);
/* Part @part, from 0 on, of spec->parts, or the whole. */
void kdump_write(const struct ram *ram, const struct fake_dump_spec *spec, unsigned int part,
		 const char *path);
/* Replace the file at @path by its flattened form. */
void flat_write(const struct fake_dump_spec *spec, const char *path);
