/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --info: what is known of the dump and its kernel, and from where. */
#include <string.h>

#include "cli/action.h"
#include "util/checked.h"

static bool get_string(const char *text, struct cell *ret)
{
	if (!text)
		return false;
	ret->text = text;
	ret->count = strlen(text);
	return true;
}

static bool get_group(const void *row, struct cell *ret)
{
	return get_string(((const struct vmw_fact *)row)->group, ret);
}

static bool get_name(const void *row, struct cell *ret)
{
	return get_string(((const struct vmw_fact *)row)->name, ret);
}

static bool get_value(const void *row, struct cell *ret)
{
	return get_string(((const struct vmw_fact *)row)->value, ret);
}

static bool get_from(const void *row, struct cell *ret)
{
	return get_string(((const struct vmw_fact *)row)->from, ret);
}

static bool get_note(const void *row, struct cell *ret)
{
	return get_string(((const struct vmw_fact *)row)->note, ret);
}

/* JSON has the values as members of an object for each fact: see write_json(). */
static const struct column columns[] = {
	{ "group", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "what it is about", get_group },
	{ "name", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "of the fact", get_name },
	{ "value", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "absent: unknown", get_value },
	{ "from", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "where it was found, or why it is unknown",
	  get_from },
	{ "note", COLUMN_UNTRUSTED, IN_CSV | IN_JSON, "what else agreed or disagreed", get_note },
};
static const struct table table = { columns, sizeof(columns) / sizeof(columns[0]) };

static bool same_group(const struct vmw_fact *a, const struct vmw_fact *b)
{
	return strcmp(a->group, b->group) == 0;
}

/* Whether a fact before @index has its group: the group has been written then. */
static bool group_is_old(const struct vmw_fact *facts, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (same_group(&facts[i], &facts[index]))
			return true;
	}
	return false;
}

static void json_member(struct json *json, const char *key, const char *text)
{
	if (text)
		json_untrusted(json, key, text, strlen(text));
}

static void json_value(struct json *json, const char *value)
{
	uint64_t number;
	_cleanup_(vmw_error_freep) struct vmw_error *err = number_parse(value, &number);

	/* A negative number, say, which is better as text than not at all. */
	if (err)
		json_member(json, "value", value);
	else
		json_number(json, "value", number);
}

static void json_fact(struct json *json, const struct vmw_fact *fact)
{
	json_object_begin(json, fact->name);
	if (fact->value && fact->number)
		json_value(json, fact->value);
	else
		json_member(json, "value", fact->value);
	json_member(json, "from", fact->from);
	json_member(json, "note", fact->note);
	json_object_end(json);
}

static void write_json(struct json *json, const struct vmw_fact *facts, size_t count)
{
	/* A fact a line: people read these too. */
	unsigned int line_depth = json->line_depth;
	json->line_depth = 3;
	for (size_t i = 0; i < count; i++) {
		if (group_is_old(facts, i))
			continue;
		json_object_begin(json, facts[i].group);
		for (size_t j = i; j < count; j++) {
			if (same_group(&facts[i], &facts[j]))
				json_fact(json, &facts[j]);
		}
		json_object_end(json);
	}
	json->line_depth = line_depth;
}

/* Whether @fact is so many bytes: "size", "page-size". */
static bool is_size(const struct vmw_fact *fact)
{
	const char *dash = strrchr(fact->name, '-');

	return fact->number && strcmp(dash ? dash + 1 : fact->name, "size") == 0;
}

static void text_value(struct writer *out, const struct vmw_fact *fact)
{
	uint64_t size = 0;
	_cleanup_(vmw_error_freep) struct vmw_error *err = is_size(fact) ? number_parse(fact->value,
											&size)
									 : NULL;

	if (is_size(fact) && !err)
		write_size(out, size);
	else
		write_escaped(out, fact->value, strlen(fact->value));
}

static void text_fact(struct writer *out, const struct vmw_fact *fact, size_t width)
{
	size_t written = strlen(fact->name) + 1;

	write_text(out, "  ");
	write_text(out, fact->name);
	write_char(out, ':');
	do {
		write_char(out, ' ');
	} while (written++ < width);
	if (fact->value) {
		text_value(out, fact);
	} else {
		write_style(out, STYLE_MISSING);
		write_text(out, "unknown");
		write_style(out, STYLE_PLAIN);
	}
	if (fact->from) {
		write_text(out, "   (");
		write_escaped(out, fact->from, strlen(fact->from));
		if (fact->note) {
			write_text(out, "; ");
			write_escaped(out, fact->note, strlen(fact->note));
		}
		write_char(out, ')');
	}
	write_char(out, '\n');
}

static void write_groups(struct context *context, const struct vmw_fact *facts, size_t count)
{
	size_t width = 0;

	for (size_t i = 0; i < count; i++)
		width = max_u64(width, strlen(facts[i].name) + 1);
	for (size_t i = 0; i < count; i++) {
		if (group_is_old(facts, i))
			continue;
		text_block(context, true);
		write_style(context->out, STYLE_HEADER);
		write_text(context->out, facts[i].group);
		write_style(context->out, STYLE_PLAIN);
		write_char(context->out, '\n');
		for (size_t j = i; j < count; j++) {
			if (same_group(&facts[i], &facts[j]))
				text_fact(context->out, &facts[j], width);
		}
	}
}

static unsigned int run(struct context *context, const struct query *query)
{
	const struct vmw_fact *facts;
	size_t count;

	struct vmw_error *err = vmw_dump_facts(context->dump, &facts, &count);
	if (err)
		return context_failed(context, err);
	switch (context->args->format) {
	case FORMAT_TEXT:
		write_groups(context, facts, count);
		break;
	case FORMAT_JSON:
		write_json(context->json, facts, count);
		break;
	case FORMAT_NDJSON:
	case FORMAT_CSV:
		rows_begin(context);
		for (size_t i = 0; i < count; i++)
			rows_put(context, &facts[i]);
		break;
	}
	return OUTCOME_WHOLE;
}

const struct action action_info = {
	.kinds = 1U << QUERY_INFO,
	.json_name = NULL, /* they are members of "dump" */
	.table = &table,
	.run = run,
};
