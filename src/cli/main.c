/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmemwalk: what a ppc64 crash dump says of its vmemmap and struct pages, on the command line.
 * Everything it knows comes through include/vmemwalk.h.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/help.h"
#include "cli/output.h"

/*
 * Where standard input, output or error is closed, the next file that is opened would take its
 * number, and messages would be written into it. Hold the place with something that fails when
 * used.
 */
static void hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* Write something about the program itself. */
static enum status about(void (*write)(struct writer *writer), struct talk *talk)
{
	_cleanup_(output_deinit) struct output output;
	struct vmw_error *err = output_open(NULL, &output);

	if (!err) {
		write(&output.writer);
		err = output_finish(&output, true);
	}
	if (!err)
		return STATUS_WHOLE;
	talk_error(talk, err);
	vmw_error_free(err);
	return STATUS_FAILED;
}

static enum status usage(void)
{
	_cleanup_(writer_deinit) struct writer writer;
	struct vmw_error *err = writer_init(&writer, STDERR_FILENO);

	if (!err) {
		usage_write(&writer);
		writer_flush(&writer);
	}
	vmw_error_free(err);
	return STATUS_WRONG_CALL;
}

int main(int argc, char *argv[])
{
	_cleanup_(arguments_deinit) struct arguments args;

	hold_standard_files();
	/* A reader that goes away is seen where it is written to. */
	signal(SIGPIPE, SIG_IGN);
	/* A limit on the size of files is seen there, too: it would leave half a file behind. */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		args = (struct arguments){ 0 };
		return (int)usage();
	}

	struct vmw_error *err = arguments_parse(argc, argv, &args);
	struct talk talk = talk_new(&args);
	if (err) {
		talk.label = NULL;
		talk_error(&talk, err);
		enum status status = err->kind == VMW_ERROR_MISUSE ? STATUS_WRONG_CALL
								   : STATUS_FAILED;
		vmw_error_free(err);
		return (int)status;
	}
	if (args.help)
		return (int)about(help_write, &talk);
	if (args.version)
		return (int)about(version_write, &talk);
	return (int)answer(&args, &talk);
}
