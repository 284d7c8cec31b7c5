/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/status.h"

#include "cli/capture.h"
#include "cli/concern.h"

/* docs/design.md: 3 if nothing could be answered, else 4 if any part is missing, else 1 if any
 * answer is "no", else 0. */
static void outcomes_combine_to_the_worst_that_is_true(void **state)
{
	static const struct {
		unsigned int outcomes;
		enum status status;
	} cases[] = {
		{ OUTCOME_WHOLE, STATUS_WHOLE },
		{ OUTCOME_NO, STATUS_NO },
		{ OUTCOME_PART, STATUS_PART },
		{ OUTCOME_FAILED, STATUS_FAILED },
		{ OUTCOME_WHOLE | OUTCOME_NO, STATUS_NO },
		{ OUTCOME_WHOLE | OUTCOME_PART, STATUS_PART },
		{ OUTCOME_WHOLE | OUTCOME_FAILED, STATUS_PART },
		{ OUTCOME_NO | OUTCOME_PART, STATUS_PART },
		{ OUTCOME_NO | OUTCOME_FAILED, STATUS_PART },
		{ OUTCOME_PART | OUTCOME_FAILED, STATUS_PART },
		{ OUTCOME_WHOLE | OUTCOME_NO | OUTCOME_PART | OUTCOME_FAILED, STATUS_PART },
		{ 0, STATUS_FAILED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(status_of(cases[i].outcomes), cases[i].status);
}

static void a_problem_takes_only_from_what_it_concerns(void **state)
{
	static const struct {
		const char *code;
		bool mappings, pfn, translate;
	} cases[] = {
		{ "list-broken", true, false, false },
		{ "table-missing", true, false, false },
		{ "mapping-conflict", true, true, true },
		{ "mem-section-bad", false, true, false },
		{ "vmcoreinfo-mismatch", true, true, true },
		{ "some-new-doubt", true, true, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmw_problem problem = { .code = cases[i].code, .severity = VMW_PARTIAL };
		const struct query mappings = { .kind = QUERY_MAPPINGS };
		const struct query pfn = { .kind = QUERY_PFN };
		const struct query translate = { .kind = QUERY_TRANSLATE };
		const struct query info = { .kind = QUERY_INFO };

		assert_int_equal(problem_concerns(&problem, &mappings), cases[i].mappings);
		assert_int_equal(problem_concerns(&problem, &pfn), cases[i].pfn);
		assert_int_equal(problem_concerns(&problem, &translate), cases[i].translate);
		assert_false(problem_concerns(&problem, &info));
		problem.severity = VMW_WARNING;
		assert_false(problem_concerns(&problem, &mappings));
	}
}

static void a_problem_of_a_file_shows_in_the_answer_itself(void **state)
{
	const struct vmw_problem problem = { .code = "elf-cut",
					     .severity = VMW_PARTIAL,
					     .file = "dump" };

	for (unsigned int kind = 0; kind < QUERY_KIND_COUNT; kind++)
		assert_false(problem_concerns(&problem,
					      &(struct query){ .kind = (enum query_kind)kind }));
}

static void a_problem_of_the_kernel_leaves_physical_reads_alone(void **state)
{
	const struct vmw_problem problem = { .code = "order-differs", .severity = VMW_PARTIAL };
	struct query query = { .kind = QUERY_READ, .read = { .space = VMW_SPACE_PHYS } };

	assert_false(problem_concerns(&problem, &query));
	query.read.space = VMW_SPACE_VIRT;
	assert_true(problem_concerns(&problem, &query));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_combine_to_the_worst_that_is_true),
		cmocka_unit_test(a_problem_takes_only_from_what_it_concerns),
		cmocka_unit_test(a_problem_of_a_file_shows_in_the_answer_itself),
		cmocka_unit_test(a_problem_of_the_kernel_leaves_physical_reads_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
