/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/answer.h"

#include <errno.h>
#include <string.h>

#include "cli/action.h"
#include "cli/concern.h"

DEFINE_CLEANUP(struct vmw_dump, vmw_dump_close)
DEFINE_CLEANUP(struct vmw_reader, vmw_reader_free)

/* All actions; JSON has their members in this order. */
static const struct action *const actions[] = {
	&action_info,   &action_vmcoreinfo, &action_mappings, &action_pages,
	&action_kpages, &action_translate,  &action_read,
};
enum { ACTION_COUNT = sizeof(actions) / sizeof(actions[0]) };

static const struct action *action_of(const struct query *query)
{
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		if (actions[i]->kinds & 1U << query->kind)
			return actions[i];
	}
	return NULL;
}

/* ---- rows ---- */

void rows_begin(struct context *context)
{
	if (context->rows_begun)
		return;
	context->rows_begun = true;
	if (context->args->format == FORMAT_CSV)
		csv_header(context->out, context->action->table);
	else if (context->args->format == FORMAT_JSON)
		context->action->json_object
			? json_object_begin(context->json, context->action->json_name)
			: json_array_begin(context->json, context->action->json_name);
}

void rows_put(struct context *context, const void *row)
{
	rows_begin(context);
	if (context->args->format == FORMAT_CSV) {
		csv_row(context->out, context->action->table, row);
		return;
	}
	json_object_begin(context->json, NULL);
	json_row(context->json, context->action->table, row);
	json_object_end(context->json);
}

void text_block(struct context *context, bool is_long)
{
	if (context->text_begun && (is_long || context->text_long))
		write_char(context->out, '\n');
	context->text_begun = true;
	context->text_long = is_long;
}

/* ---- queries ---- */

/* Ask what belongs to @action, or everything where it is NULL. */
static unsigned int run_queries(struct context *context, const struct action *action)
{
	const struct query_list *queries = &context->args->queries;
	unsigned int outcomes = 0;

	for (size_t i = 0; i < queries->count && !writer_failed(context->out); i++) {
		context->action = action_of(&queries->list[i]);
		if (!action || context->action == action)
			outcomes |= context->action->run(context, &queries->list[i]);
		/* Bytes behind a gap would be taken for those of the gap. */
		if (context->args->raw && (outcomes & ~(unsigned int)OUTCOME_WHOLE))
			break;
	}
	return outcomes;
}

/* What the dump's problems take from an answer, if there is one. */
static unsigned int outcome_of_problems(const struct context *context, unsigned int outcomes)
{
	const struct query_list *queries = &context->args->queries;
	size_t count;
	const struct vmw_problem *problems = vmw_dump_problems(context->dump, &count);

	if ((outcomes & ~(unsigned int)OUTCOME_FAILED) == 0)
		return 0;
	for (size_t i = 0; i < queries->count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (problem_concerns(&problems[j], &queries->list[i]))
				return OUTCOME_PART;
		}
	}
	return 0;
}

/* The object that JSON consists of. Problems go last: only then all are known. */
static unsigned int answer_json(struct context *context)
{
	const struct arguments *args = context->args;
	struct json *json = context->json;
	unsigned int outcomes = 0;

	json_object_begin(json, NULL);
	json_text(json, "vmemwalk", vmw_version());
	json_object_begin(json, "dump");
	json_array_begin(json, "files");
	for (size_t i = 0; i < args->dump_count; i++)
		json_untrusted(json, NULL, args->dumps[i], strlen(args->dumps[i]));
	json_array_end(json);
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		if (!actions[i]->json_name)
			outcomes |= run_queries(context, actions[i]);
	}
	json_object_end(json);

	for (size_t i = 0; i < ACTION_COUNT; i++) {
		if (!actions[i]->json_name)
			continue;
		context->rows_begun = false;
		outcomes |= run_queries(context, actions[i]);
		if (context->rows_begun)
			actions[i]->json_object ? json_object_end(json) : json_array_end(json);
	}
	report_problems(context->report, context->dump);
	report_json(context->report, json);
	json_object_end(json);
	return outcomes;
}

static unsigned int answer_rest(struct context *context)
{
	unsigned int outcomes = run_queries(context, NULL);
	report_problems(context->report, context->dump);
	return outcomes;
}

/* ---- the call ---- */

/* CSV and NDJSON hold rows of one kind. */
static struct vmw_error *check_format(const struct arguments *args)
{
	const struct query_list *queries = &args->queries;

	if (args->format != FORMAT_CSV && args->format != FORMAT_NDJSON)
		return NULL;
	for (size_t i = 1; i < queries->count; i++) {
		if (action_of(&queries->list[i]) != action_of(&queries->list[0]))
			return error_new(
				VMW_ERROR_MISUSE, where_none(),
				"--format %s: holds rows of one kind: ask one thing in a call, or use --format json",
				args->format == FORMAT_CSV ? "csv" : "ndjson");
	}
	return NULL;
}

/* What would be replaced by writing @path, among what is read. */
static const char *find_clash(const struct arguments *args, const char *path)
{
	const char *const others[] = { args->vmcoreinfo_file, args->system_map, args->vmlinux };

	for (size_t i = 0; i < args->dump_count; i++) {
		if (output_would_replace(path, args->dumps[i]))
			return args->dumps[i];
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i] && output_would_replace(path, others[i]))
			return others[i];
	}
	return NULL;
}

/* The option that writes the file of @query, or NULL. */
static const char *writing_option(const struct query *query)
{
	switch (query->kind) {
	case QUERY_KPAGEFLAGS:
		return "kpageflags";
	case QUERY_KPAGECOUNT:
		return "kpagecount";
	default:
		return NULL;
	}
}

/* Which option before the query @index, --output included, writes to @path too. */
static const char *find_writer(const struct arguments *args, size_t index, const char *path)
{
	if (args->output && output_is_shared(args->output, path))
		return "output";
	for (size_t i = 0; i < index; i++) {
		const struct query *query = &args->queries.list[i];
		if (writing_option(query) && output_is_shared(query->path, path))
			return writing_option(query);
	}
	return NULL;
}

/* The answer must not take the place of what it is made from, nor of another answer. */
static struct vmw_error *check_output(const struct arguments *args)
{
	const char *clash = args->output ? find_clash(args, args->output) : NULL;

	if (clash)
		return error_new(VMW_ERROR_MISUSE, where_none(),
				 "--output %s: is also read from: name another file", clash);
	for (size_t i = 0; i < args->queries.count; i++) {
		const struct query *query = &args->queries.list[i];
		const char *option = writing_option(query);

		if (!option)
			continue;
		clash = find_clash(args, query->path);
		if (clash)
			return error_new(VMW_ERROR_MISUSE, where_none(),
					 "--%s %s: is also read from: name another file", option,
					 clash);
		const char *other = find_writer(args, i, query->path);
		if (other)
			return error_new(VMW_ERROR_MISUSE, where_none(),
					 "--%s %s: is also written by --%s: name another file",
					 option, query->path, other);
	}
	return NULL;
}

static struct vmw_error *check_raw(const struct arguments *args, const struct output *output)
{
	/* A terminal takes orders from bytes, and these are a stranger's. */
	if (args->raw && output->terminal)
		return error_new(
			VMW_ERROR_MISUSE, where_none(),
			"--raw: bare bytes are not for a terminal: redirect them, or use --output FILE");
	return NULL;
}

static bool wants_colour(const struct arguments *args, const struct output *output)
{
	if (args->colour != COLOUR_AUTO)
		return args->colour == COLOUR_ALWAYS;
	/* https://no-color.org */
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return output->terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static struct vmw_error *open_dump(const struct arguments *args, struct talk *talk,
				   struct vmw_dump **ret_dump, struct vmw_reader **ret_reader)
{
	const struct vmw_options wishes = {
		.size = sizeof(wishes),
		.source = args->source,
		.vmcoreinfo_file = args->vmcoreinfo_file,
		.system_map = args->system_map,
		.vmlinux = args->vmlinux,
		.progress = talk_progress,
		.progress_arg = talk,
	};

	TRY(vmw_dump_open(args->dumps, args->dump_count, &wishes, ret_dump));
	return vmw_reader_new(*ret_dump, ret_reader);
}

static enum status wrong_call(struct talk *talk, struct vmw_error *error)
{
	/* It is about the call, not about the dump. */
	talk->label = NULL;
	talk_error(talk, error);
	vmw_error_free(error);
	return STATUS_WRONG_CALL;
}

static enum status failed(struct talk *talk, struct vmw_error *error)
{
	talk_error(talk, error);
	vmw_error_free(error);
	return STATUS_FAILED;
}

enum status answer(const struct arguments *args, struct talk *talk)
{
	struct vmw_error *err = check_format(args);
	if (!err)
		err = check_output(args);
	if (err)
		return wrong_call(talk, err);

	/* The dump first: if it cannot be opened, --output touches nothing. */
	_cleanup_(vmw_dump_closep) struct vmw_dump *dump = NULL;
	_cleanup_(vmw_reader_freep) struct vmw_reader *reader = NULL;
	err = open_dump(args, talk, &dump, &reader);
	if (err)
		return failed(talk, err);

	_cleanup_(output_deinit) struct output output;
	err = output_open(args->output, &output);
	if (err)
		return failed(talk, err);
	err = check_raw(args, &output);
	if (err)
		return wrong_call(talk, err);
	output.writer.colour = args->format == FORMAT_TEXT && !args->raw &&
			       wants_colour(args, &output);

	_cleanup_(report_deinit) struct report report = { 0 };
	struct json json = json_new(&output.writer, args->format == FORMAT_JSON ? 2 : 0);
	struct context context = { .args = args,
				   .dump = dump,
				   .reader = reader,
				   .out = &output.writer,
				   .json = &json,
				   .report = &report };
	unsigned int outcomes = args->format == FORMAT_JSON ? answer_json(&context)
							    : answer_rest(&context);
	outcomes |= outcome_of_problems(&context, outcomes);
	enum status status = status_of(outcomes);

	talk_progress_end(talk);
	err = output_finish(&output, status != STATUS_FAILED);
	if (output_reader_gone(&output))
		return STATUS_WHOLE;
	report_talk(&report, talk);
	if (err)
		return failed(talk, err);
	return status;
}
