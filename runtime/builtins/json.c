// SPDX-License-Identifier: MIT
#include "runtime/data/json.h"

#include "abi/abi.h"

MdhValue __mdh_json_parse(MdhThread *t, int argc, const MdhArgs_json_parse *a)
{
    (void)argc;
    return mdh_json_parse(t, mdh_str_slice(a->text));
}

static MdhValue to_json(MdhThread *t, MdhValue v, bool pretty)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    if (mdh_json_write(t, &sb, v, pretty)) return mdh_sb_finish(t, &sb);
    mdh_sb_deinit(&sb);
    return MDH_EXC;
}

MdhValue __mdh_json_stringify(MdhThread *t, int argc, const MdhArgs_json_stringify *a)
{
    (void)argc;
    return to_json(t, a->v, false);
}

MdhValue __mdh_json_pretty(MdhThread *t, int argc, const MdhArgs_json_pretty *a)
{
    (void)argc;
    return to_json(t, a->v, true);
}
