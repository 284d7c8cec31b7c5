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

static const int ending_signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU };

/* --output, and one file of --kpageflags or --kpagecount at a time. */
enum { UNFINISHED_MAX = 2 };

/* The one global that changes: a signal handler has no other way to know. */
static const char *volatile unfinished[UNFINISHED_MAX];

static void remove_and_end(int signal)
{
	for (size_t i = 0; i < UNFINISHED_MAX; i++) {
		const char *path = unfinished[i];
		if (path)
			unlink(path);
	}
	/* SA_RESETHAND: now it ends the program as if it had never been caught. */
	raise(signal);
}

static void remove_on_signals(const char *path)
{
	struct sigaction action = { .sa_handler = remove_and_end, .sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < UNFINISHED_MAX; i++) {
		if (!unfinished[i]) {
			unfinished[i] = path;
			break;
		}
	}
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
		struct sigaction old;
		/* nohup and the shell's background jobs ignore some: that stays. */
		if (sigaction(ending_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ending_signals[i], &action, NULL);
	}
}

static void leave_on_signals(const char *path)
{
	for (size_t i = 0; i < UNFINISHED_MAX; i++) {
		if (unfinished[i] == path)
			unfinished[i] = NULL;
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

/* What follows the last slash of @path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The folder of @path. */
static bool stat_folder(const char *path, struct stat *ret)
{
	size_t size = (size_t)(base_name(path) - path);
	_cleanup_(freep) char *folder = size ? strndup(path, size) : strdup(".");

	return folder && stat(folder, ret) == 0;
}

bool output_is_shared(const char *a, const char *b)
{
	struct stat stat_a, stat_b;
	bool a_exists = stat(a, &stat_a) == 0, b_exists = stat(b, &stat_b) == 0;

	if (a_exists && b_exists)
		return S_ISREG(stat_a.st_mode) && same_file(&stat_a, &stat_b);
	/* Files that are yet to be made are one if they get one name in one folder. */
	return !a_exists && !b_exists && strcmp(base_name(a), base_name(b)) == 0 &&
	       stat_folder(a, &stat_a) && stat_folder(b, &stat_b) && same_file(&stat_a, &stat_b);
}

/* Make the temporary file in the folder of @target. */
static struct vmw_error *create_temporary(struct output *output, const char *target)
{
	const char *name = base_name(target);

	output->target = strdup(target);
	output->temporary = text_format("%.*s.%s.XXXXXX", (int)(name - target), target, name);
	if (!output->target || !output->temporary)
		return error_no_memory();

	/* Before there is a file: mkostemp() writes its name there as it creates it. */
	remove_on_signals(output->temporary);
	int fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0) {
		int saved = errno;
		leave_on_signals(output->temporary);
		free(TAKE(output->temporary));
		return error_os(saved, where_none(), "cannot create a file in its folder");
	}
	output->fd = fd;

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
	 * stay one, also when it leads nowhere yet. */
	struct stat link;
	if (!exists && lstat(path, &link) == 0 && S_ISLNK(link.st_mode))
		return error_new(VMW_ERROR_MISSING, where_none(),
				 "is a symbolic link that leads to no file: name the file itself");
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
	leave_on_signals(output->temporary);
	free(TAKE(output->temporary));
	return NULL;
}

void output_deinit(struct output *output)
{
	if (output->fd >= 0)
		close(output->fd);
	if (output->temporary) {
		unlink(output->temporary);
		leave_on_signals(output->temporary);
	}
	free(output->temporary);
	free(output->target);
	writer_deinit(&output->writer);
	*output = (struct output){ .fd = -1 };
}
