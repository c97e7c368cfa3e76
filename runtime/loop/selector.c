// SPDX-License-Identifier: MIT
#include "runtime/loop/selector.h"

#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/os.h"
#include "runtime/sys/process.h"

#ifdef __linux__
static const SelectorType *const known[] = {&selector_epoll, &selector_poll};
#else
static const SelectorType *const known[] = {&selector_kqueue};
#endif

const SelectorType *selector_find(const char *name, size_t len)
{
    for (size_t i = 0; i < countof(known); i++)
        if (strlen(known[i]->name) == len && memcmp(known[i]->name, name, len) == 0)
            return known[i];
    return NULL;
}

const char *selector_names(void)
{
    return countof(known) == 1 ? known[0]->name : "epoll, poll";
}

const SelectorType *selector_default(void)
{
    Buf name; // a copy: another thread may change the environment
    buf_init(&name, 256);
    bool is_set = mdh_env_get("MDH_SELECTOR", &name) && name.len;
    const SelectorType *type = is_set ? selector_find(name.data, name.len) : known[0];
    if (!type)
        log_line(LOG_WARN, "loop", "MDH_SELECTOR=%s is none of %s; using %s", name.data,
                 selector_names(), known[0]->name);
    buf_deinit(&name);
    return type ? type : known[0];
}

#define NS_PER_S   UINT64_C(1000000000)
#define LONGEST_NS (UINT64_C(86400) * NS_PER_S) // a day; whoever waits longer looks again

bool selector_time_left(uint64_t deadline_ns, struct timespec *left)
{
    uint64_t now = deadline_ns ? os_mono_ns() : 0;
    *left = (struct timespec){0};
    if (deadline_ns <= now) return false;
    uint64_t ns = deadline_ns - now < LONGEST_NS ? deadline_ns - now : LONGEST_NS;
    left->tv_sec = (time_t)(ns / NS_PER_S);
    left->tv_nsec = (long)(ns % NS_PER_S);
    return true;
}
