// SPDX-License-Identifier: MIT
// All are one walk over the matches of a pattern (runtime/data/regex.h); nothing runs script.
#include "runtime/data/regex.h"

#include "abi/abi.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "runtime/data/str.h"

MdhValue __mdh_regex_test(MdhThread *t, int argc, const MdhArgs_regex_test *a)
{
    (void)argc;
    MdhRegex re;
    if (!mdh_regex_open(t, &re, a->text, a->pattern)) return MDH_EXC;
    int found = mdh_regex_next(t, &re);
    mdh_regex_close(&re);
    return found < 0 ? MDH_EXC : mdh_bool(found);
}

// {"match", "start", "end"} of the match just found.
static MdhValue match_dict(MdhThread *t, const MdhRegex *re, MdhValue text)
{
    size_t from = mdh_regex_start(re), to = mdh_regex_end(re);
    MdhValue d = mdh_dict_new(t, 3);
    MdhValue s = mdh_str_sub(t, text, (uint32_t)from, (uint32_t)to);
    if (mdh_is_exc(d) || mdh_is_exc(s) || !mdh_dict_put_c(t, d, "match", s) ||
        !mdh_dict_put_c(t, d, "start", mdh_fix((int64_t)from)) ||
        !mdh_dict_put_c(t, d, "end", mdh_fix((int64_t)to)))
        return MDH_EXC;
    return d;
}

MdhValue __mdh_regex_match(MdhThread *t, int argc, const MdhArgs_regex_match *a)
{
    (void)argc;
    MdhRegex re;
    if (!mdh_regex_open(t, &re, a->text, a->pattern)) return MDH_EXC;
    int found = mdh_regex_next(t, &re);
    MdhValue result = found < 0 ? MDH_EXC : MDH_NAETHING;
    if (found > 0) result = match_dict(t, &re, a->text);
    mdh_regex_close(&re);
    return result;
}

MdhValue __mdh_regex_match_all(MdhThread *t, int argc, const MdhArgs_regex_match_all *a)
{
    (void)argc;
    MdhRegex re;
    if (!mdh_regex_open(t, &re, a->text, a->pattern)) return MDH_EXC;
    MdhValue all = mdh_list_new(t, 0);
    int found = mdh_is_exc(all) ? -1 : mdh_regex_next(t, &re);
    while (found > 0) {
        MdhValue one = match_dict(t, &re, a->text);
        if (mdh_is_exc(one) || !mdh_list_push(t, all, one)) found = -1;
        else found = mdh_regex_next(t, &re);
    }
    mdh_regex_close(&re);
    return found < 0 ? MDH_EXC : all;
}

static MdhValue group_list(MdhThread *t, const MdhRegex *re)
{
    MdhValue list = mdh_list_new(t, re->ngroups + 1);
    for (uint32_t i = 0; i <= re->ngroups && !mdh_is_exc(list); i++) {
        Slice g = mdh_regex_group(re, i);
        MdhValue s = g.ptr ? mdh_str_new(t, g.ptr, g.len) : MDH_NAETHING;
        if (mdh_is_exc(s) || !mdh_list_push(t, list, s)) list = MDH_EXC;
    }
    return list;
}

MdhValue __mdh_regex_groups(MdhThread *t, int argc, const MdhArgs_regex_groups *a)
{
    (void)argc;
    MdhRegex re;
    if (!mdh_regex_open(t, &re, a->text, a->pattern)) return MDH_EXC;
    int found = mdh_regex_next(t, &re);
    MdhValue result = found < 0 ? MDH_EXC : MDH_NAETHING;
    if (found > 0) result = group_list(t, &re);
    mdh_regex_close(&re);
    return result;
}

// Replacing ------------------------------------------------------------------------------------

static bool is_name_char(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static void put_group(MdhSb *sb, const MdhRegex *re, Slice name)
{
    int group = mdh_regex_group_index(re, name);
    Slice text = group < 0 ? SLICE_NONE : mdh_regex_group(re, (uint32_t)group);
    mdh_sb_put(sb, text.ptr, text.len);
}

// What stands behind a `$`; returns how many of its octets it was, 0 when it names no group.
static size_t put_reference(MdhSb *sb, const MdhRegex *re, Slice s)
{
    size_t n = 0;
    if (s.len && s.ptr[0] == '$') {
        mdh_sb_putc(sb, '$');
        return 1;
    }
    if (s.len && s.ptr[0] == '{') {
        size_t close = slice_find_char(s, '}');
        if (close == SLICE_NOT_FOUND) return 0;
        put_group(sb, re, slice_sub(s, 1, close));
        return close + 1;
    }
    while (n < s.len && is_name_char(s.ptr[n])) n++;
    if (n) put_group(sb, re, slice_sub(s, 0, n));
    return n;
}

static void put_replacement(MdhSb *sb, const MdhRegex *re, Slice with)
{
    while (with.len) {
        size_t dollar = slice_find_char(with, '$');
        if (dollar == SLICE_NOT_FOUND) dollar = with.len;
        mdh_sb_put(sb, with.ptr, dollar);
        with = slice_from(with, dollar);
        if (!with.len) return;
        with = slice_from(with, 1);
        size_t used = put_reference(sb, re, with);
        if (!used) mdh_sb_putc(sb, '$');
        with = slice_from(with, used);
    }
}

static MdhValue replace(MdhThread *t, MdhValue text, MdhValue pattern, MdhValue with,
                        bool all)
{
    MdhRegex re;
    if (!mdh_regex_open(t, &re, text, pattern)) return MDH_EXC;
    MdhSb sb;
    size_t kept = 0;
    int found;
    mdh_sb_init(&sb);
    while ((found = mdh_regex_next(t, &re)) > 0 && !sb.failed) {
        mdh_sb_put(&sb, re.text.ptr + kept, mdh_regex_start(&re) - kept);
        put_replacement(&sb, &re, mdh_str_slice(with));
        kept = mdh_regex_end(&re);
        if (!all) {
            found = 0;
            break;
        }
    }
    mdh_sb_put(&sb, re.text.ptr + kept, re.text.len - kept);
    mdh_regex_close(&re);
    if (found >= 0) return mdh_sb_finish(t, &sb);
    mdh_sb_deinit(&sb);
    return MDH_EXC;
}

MdhValue __mdh_regex_replace(MdhThread *t, int argc, const MdhArgs_regex_replace *a)
{
    (void)argc;
    return replace(t, a->text, a->pattern, a->with, true);
}

MdhValue __mdh_regex_replace_first(MdhThread *t, int argc,
                                   const MdhArgs_regex_replace_first *a)
{
    (void)argc;
    return replace(t, a->text, a->pattern, a->with, false);
}

// Splitting ------------------------------------------------------------------------------------

static bool push_piece(MdhThread *t, MdhValue list, MdhValue text, size_t from, size_t to)
{
    MdhValue s = mdh_str_sub(t, text, (uint32_t)from, (uint32_t)to);
    return !mdh_is_exc(s) && mdh_list_push(t, list, s);
}

MdhValue __mdh_regex_split(MdhThread *t, int argc, const MdhArgs_regex_split *a)
{
    (void)argc;
    MdhRegex re;
    if (!mdh_regex_open(t, &re, a->text, a->pattern)) return MDH_EXC;
    MdhValue list = mdh_list_new(t, 0);
    size_t kept = 0;
    int found = mdh_is_exc(list) ? -1 : 1;
    while (found > 0 && (found = mdh_regex_next(t, &re)) > 0) {
        if (!push_piece(t, list, a->text, kept, mdh_regex_start(&re))) found = -1;
        kept = mdh_regex_end(&re);
    }
    size_t len = re.text.len;
    mdh_regex_close(&re);
    if (found < 0 || !push_piece(t, list, a->text, kept, len)) return MDH_EXC;
    return list;
}
