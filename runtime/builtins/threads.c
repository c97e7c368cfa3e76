// SPDX-License-Identifier: MIT
// Threads as builtins; the work is in runtime/conc.
#include "runtime/conc/thread.h"

#include "abi/abi.h"
#include "runtime/builtins/deadline.h"
#include "runtime/builtins/name.h"
#include "runtime/core/result.h"
#include "runtime/data/dict.h"

MdhValue __mdh_thread_spawn(MdhThread *t, int argc, const MdhArgs_thread_spawn *a)
{
    (void)argc;
    return mdh_thread_spawn(t, a->fn, a->args, a->name);
}

MdhValue __mdh_thread_join(MdhThread *t, int argc, const MdhArgs_thread_join *a)
{
    (void)argc;
    bool timed_out;
    return mdh_thread_join(t, a->thread, OS_NEVER, &timed_out);
}

MdhValue __mdh_thread_join_timeout(MdhThread *t, int argc, const MdhArgs_thread_join_timeout *a)
{
    (void)argc;
    uint64_t deadline_ns;
    bool timed_out = false;
    if (!mdh_deadline_of(t, MDH_NAME(thread_join_timeout), a->ms, &deadline_ns)) return MDH_EXC;
    MdhValue ok = mdh_ok(t, MDH_NAETHING); // first: a thread can be joined once
    if (mdh_is_exc(ok)) return ok;
    MdhValue v = mdh_thread_join(t, a->thread, deadline_ns, &timed_out);
    if (timed_out) return mdh_fail(t, MDH_ERR_TIMEOUT, "The thread hasnae ended yet");
    if (mdh_is_exc(v) || !mdh_dict_put_c(t, ok, "value", v)) return MDH_EXC;
    return ok;
}

MdhValue __mdh_thread_detach(MdhThread *t, int argc, const MdhArgs_thread_detach *a)
{
    (void)argc;
    return mdh_thread_detach(t, a->thread) ? MDH_NAETHING : MDH_EXC;
}

MdhValue __mdh_thread_current(MdhThread *t, int argc, const MdhArgs_thread_current *a)
{
    (void)argc, (void)a;
    return mdh_thread_current(t);
}

MdhValue __mdh_thread_name(MdhThread *t, int argc, const MdhArgs_thread_name *a)
{
    (void)argc;
    MdhValue thread = mdh_is_naething(a->thread) ? mdh_thread_current(t) : a->thread;
    return mdh_is_exc(thread) ? MDH_EXC : mdh_thread_name(t, thread);
}

MdhValue __mdh_thread_is_running(MdhThread *t, int argc, const MdhArgs_thread_is_running *a)
{
    (void)argc;
    bool running;
    return mdh_thread_is_running(t, a->thread, &running) ? mdh_bool(running) : MDH_EXC;
}

MdhValue __mdh_cpu_count(MdhThread *t, int argc, const MdhArgs_cpu_count *a)
{
    (void)t, (void)argc, (void)a;
    return mdh_fix(os_cpu_count());
}
