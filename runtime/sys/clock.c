// SPDX-License-Identifier: MIT
#include "runtime/sys/clock.h"

#include "base/os.h"

static uint64_t started_ns;

__attribute__((constructor)) static void remember_start(void)
{
    started_ns = os_mono_ns();
}

uint64_t mdh_mono_start_ns(void)
{
    return started_ns;
}
