// SPDX-License-Identifier: MIT
// The start of the process on the monotonic clock: the zero of every monotonic time that a
// program sees.
#ifndef MDH_SYS_CLOCK_H
#define MDH_SYS_CLOCK_H

#include <stdint.h>

uint64_t mdh_mono_start_ns(void);

#endif
