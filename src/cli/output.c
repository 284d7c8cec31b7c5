/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/text.h"

/* ---- a signal must not leave the temporary file behind ---- */

static const int ending_signals[] = { SIGHUP, SIGINT, SIGTERM };

/* The one global that changes: a signal handler has no other way to know. */
static const char *volatile unfinished;

static void remove_and_end(int signal)
{
	const char *path = unfinished;

	if (path)
		unlink(path);
	/* SA_RESETHAND: now it ends the program as if it had never been caught. */
	raise(signal);
}

static void remove_on_signals(const char *path)
{
	struct sigaction action = { .sa_handler = remove_and_end, .sa_flags = (int)SA_RESETHAND };

	unfinished = path;
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
		struct sigaction old;
		/* nohup and the shell's background jobs ignore some: that stays. */
		if (sigaction(ending_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ending_signals[i], &action, NULL);
	}
}

/* ---- opening ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool output_would_replace(const char *output_path, const char *path)
{
	struct stat a, b;

	return stat(output_path, &a) == 0 && stat(path, &b) == 0 && same_file(&a, &b);
}

/* Make the temporary file in the folder of @target. */
static struct vmw_error *create_temporary(struct output *output, const char *target)
{
	const char *slash = strrchr(target, '/');
	int folder_size = slash ? (int)(slash - target) + 1 : 0;

	output->target = strdup(target);
	output->temporary = text_format("%.*s.%s.XXXXXX", folder_size, target,
					slash ? slash + 1 : target);
	if (!output->target || !output->temporary)
		return error_no_memory();

	int fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0) {
		int saved = errno;
		free(TAKE(output->temporary));
		return error_os(saved, where_none(), "cannot create a file beside it");
	}
	output->fd = fd;
	remove_on_signals(output->temporary);

	/* mkostemp() makes it private; the finished file gets the mode of the one that it replaces,
	 * or a new file's. */
	struct stat old;
	mode_t mask = umask(0);
	umask(mask);
	mode_t mode = stat(target, &old) == 0 ? old.st_mode & 0777 : 0666 & ~mask;
	if (fchmod(fd, mode) < 0)
		return error_os(errno, where_none(), "cannot set its mode");
	return NULL;
}

static struct vmw_error *open_path(struct output *output, const char *path)
{
	struct stat target, standard;
	bool exists = stat(path, &target) == 0;

	if (exists && S_ISDIR(target.st_mode))
		return error_os(EISDIR, where_none(), "cannot be written");
	if (exists && fstat(STDOUT_FILENO, &standard) == 0 && same_file(&target, &standard)) {
		/* /dev/stdout, and a file that the shell has opened as such. */
		output->writer.fd = STDOUT_FILENO;
		return NULL;
	}
	if (exists && !S_ISREG(target.st_mode)) {
		output->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (output->fd < 0)
			return error_os(errno, where_none(), "cannot be opened");
		output->writer.fd = output->fd;
		return NULL;
	}

	/* A file that may not be written is not to be replaced either, and a symbolic link is to
	 * stay one. */
	if (exists && access(path, W_OK) < 0)
		return error_os(errno, where_none(), "cannot be written");
	_cleanup_(freep) char *resolved = exists ? realpath(path, NULL) : NULL;
	if (exists && !resolved)
		return error_os(errno, where_none(), "cannot be resolved");
	TRY(create_temporary(output, resolved ? resolved : path));
	output->writer.fd = output->fd;
	return NULL;
}

struct vmw_error *output_open(const char *path, struct output *ret)
{
	*ret = (struct output){ .fd = -1, .name = path ? path : "standard output" };
	TRY(writer_init(&ret->writer, STDOUT_FILENO));
	struct vmw_error *err = path ? error_in_file(open_path(ret, path), path) : NULL;
	if (err) {
		output_deinit(ret);
		return err;
	}
	ret->terminal = isatty(ret->writer.fd) == 1;
	return NULL;
}

/* ---- finishing ---- */

struct vmw_error *output_finish(struct output *output, bool keep)
{
	writer_flush(&output->writer);
	int os_errno = output->writer.os_errno;

	/* Some file systems tell of a full disk only here. */
	if (output->fd >= 0 && close(output->fd) < 0 && os_errno == 0)
		os_errno = errno;
	output->fd = -1;
	if (output_reader_gone(output))
		return NULL;
	if (os_errno != 0)
		return error_in_file(error_os(os_errno, where_none(), "cannot be written"),
				     output->name);
	if (!output->temporary || !keep)
		return NULL;

	if (rename(output->temporary, output->target) < 0)
		return error_in_file(error_os(errno, where_none(), "cannot be renamed to from %s",
					      output->temporary),
				     output->name);
	unfinished = NULL;
	free(TAKE(output->temporary));
	return NULL;
}

void output_deinit(struct output *output)
{
	if (output->fd >= 0)
		close(output->fd);
	if (output->temporary)
		unlink(output->temporary);
	unfinished = NULL;
	free(output->temporary);
	free(output->target);
	writer_deinit(&output->writer);
	*output = (struct output){ .fd = -1 };
}
