// SPDX-License-Identifier: MIT
#include "runtime/core/result.h"

#include "base/buf.h"
#include "runtime/data/dict.h"
#include "runtime/data/str.h"

MdhValue mdh_ok(MdhThread *t, MdhValue v)
{
    if (mdh_is_exc(v)) return v;
    MdhValue keys[2] = {mdh_str_intern(t, "ok", 2), mdh_str_intern(t, "value", 5)};
    MdhValue vals[2] = {MDH_AYE, v};
    if (mdh_is_exc(keys[0]) || mdh_is_exc(keys[1])) return MDH_EXC;
    return mdh_dict_of(t, 2, keys, vals);
}

MdhValue mdh_fail_kind(MdhThread *t, const char *kind, int64_t code, const char *text)
{
    MdhValue keys[4] = {mdh_str_intern(t, "ok", 2), mdh_str_intern(t, "error", 5),
                        mdh_str_intern(t, "code", 4), mdh_str_intern(t, "kind", 4)};
    MdhValue vals[4] = {MDH_NAE, mdh_str_c(t, text), mdh_int(t, code),
                        mdh_str_intern(t, kind, strlen(kind))};
    for (int i = 0; i < 4; i++)
        if (mdh_is_exc(keys[i]) || mdh_is_exc(vals[i])) return MDH_EXC;
    return mdh_dict_of(t, 4, keys, vals);
}

MdhValue mdh_fail(MdhThread *t, MdhErr err, const char *text)
{
    int sys_errno = err_to_errno(err);
    return mdh_fail_kind(t, err_kind(err), sys_errno ? sys_errno : -1, text);
}

MdhValue mdh_fail_errno(MdhThread *t, const char *what, int sys_errno)
{
    char system[128];
    Buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%s failed: %s", what, err_errno_text(sys_errno, system, sizeof system));
    MdhValue v = mdh_fail_kind(t, err_kind(err_from_errno(sys_errno)), sys_errno, text.data);
    buf_deinit(&text);
    return v;
}
