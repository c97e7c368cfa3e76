// SPDX-License-Identifier: MIT
// Checks that throw when they fail, for test programs.
#include "abi/abi.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

MdhValue __mdh_assert(MdhThread *t, int argc, const MdhArgs_assert *a)
{
    (void)argc;
    if (mdh_truthy(a->condition)) return MDH_AYE;
    return mdh_throw_native(t, "Assertion failed: %v", a->message);
}

MdhValue __mdh_assert_that(MdhThread *t, int argc, const MdhArgs_assert_that *a)
{
    (void)argc;
    if (mdh_truthy(a->condition)) return MDH_NAETHING;
    return mdh_throw_native(t, "Assertion failed: %v", a->message);
}

MdhValue __mdh_assert_equal(MdhThread *t, int argc, const MdhArgs_assert_equal *a)
{
    (void)argc;
    bool same;
    if (!mdh_equal(t, a->expected, a->got, &same)) return MDH_EXC;
    if (same) return MDH_AYE;
    return mdh_throw_native(t, "Assertion failed: expected %v but got %v", a->expected,
                            a->got);
}

MdhValue __mdh_assert_nae_equal(MdhThread *t, int argc, const MdhArgs_assert_nae_equal *a)
{
    (void)argc;
    bool same;
    if (!mdh_equal(t, a->a, a->b, &same)) return MDH_EXC;
    if (!same) return MDH_AYE;
    return mdh_throw_native(t, "Assertion failed: %v should not equal %v", a->a, a->b);
}

// Standard output gets each line whole.
static MdhValue print_line(MdhThread *t, const char *before, MdhValue v)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_puts(&sb, before);
    if (!mdh_show_into(t, &sb, v)) {
        mdh_sb_deinit(&sb);
        return MDH_EXC;
    }
    mdh_sb_putc(&sb, '\n');
    if (sb.failed) return mdh_sb_finish(t, &sb); // throws
    mdh_out_write(sb.data, sb.len);
    mdh_sb_deinit(&sb);
    return MDH_NAETHING;
}

MdhValue __mdh_skip(MdhThread *t, int argc, const MdhArgs_skip *a)
{
    (void)argc;
    return print_line(t, "Test skipped: ", a->reason);
}

MdhValue __mdh_debug(MdhThread *t, int argc, const MdhArgs_debug *a)
{
    (void)argc;
    return print_line(t, "", a->v);
}
