/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "types.h"

struct page page;
union word word;
enum pageflags flag;
enum wide wide;

int function(const struct page *argument, enum sign sign);

int function(const struct page *argument, enum sign sign)
{
	return argument ? (int)sign : argument->_refcount.counter;
}
