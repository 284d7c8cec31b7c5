/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/status.h"

enum status status_of(unsigned int outcomes)
{
	if ((outcomes & ~(unsigned int)OUTCOME_FAILED) == 0)
		return STATUS_FAILED;
	if (outcomes & (OUTCOME_FAILED | OUTCOME_PART))
		return STATUS_PART;
	if (outcomes & OUTCOME_NO)
		return STATUS_NO;
	return STATUS_WHOLE;
}
