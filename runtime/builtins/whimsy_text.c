// SPDX-License-Identifier: MIT
// Text wi attitude: exclamations, shuffles, and English made Scots.
#include "abi/abi.h"
#include "runtime/builtins/strings.h"
#include "runtime/core/ops.h"
#include "runtime/core/rng.h"

MdhValue __mdh_roar(MdhThread *t, int argc, const MdhArgs_roar *a)
{
    (void)argc;
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_text_put_upper(&sb, mdh_str_slice(a->s));
    mdh_sb_putc(&sb, '!');
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_mutter(MdhThread *t, int argc, const MdhArgs_mutter *a)
{
    (void)argc;
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_puts(&sb, "...");
    mdh_text_put_lower(&sb, mdh_str_slice(a->s));
    mdh_sb_puts(&sb, "...");
    return mdh_sb_finish(t, &sb);
}

// The printed form of `v` between two texts.
static MdhValue wrap(MdhThread *t, const char *before, MdhValue v, const char *after)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_puts(&sb, before);
    if (!mdh_show_into(t, &sb, v)) {
        mdh_sb_deinit(&sb);
        return MDH_EXC;
    }
    mdh_sb_puts(&sb, after);
    return mdh_sb_finish(t, &sb);
}

#define EXCLAMATION(id, before, after)                                                     \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                     \
    {                                                                                      \
        (void)argc;                                                                        \
        return wrap(t, before, a->v, after);                                               \
    }

EXCLAMATION(och, "Och! ", "")
EXCLAMATION(jings, "Jings! ", "")
EXCLAMATION(crivvens, "Crivvens! ", "")
EXCLAMATION(help_ma_boab, "Help ma boab! ", "")
EXCLAMATION(bonnie, "~~~ ", " ~~~")

MdhValue __mdh_tattie_scone(MdhThread *t, int argc, const MdhArgs_tattie_scone *a)
{
    (void)argc;
    int64_t n = mdh_int_of(a->n);
    Slice s = mdh_str_slice(a->s);
    if (n > (int64_t)MDH_MAX_OBJECT_BYTES) return mdh_throw_oom(t, (uint64_t)n);
    MdhSb sb;
    mdh_sb_init(&sb);
    for (int64_t i = 0; i < n && !sb.failed; i++) {
        if (i) mdh_sb_puts(&sb, " | ");
        mdh_sb_put(&sb, s.ptr, s.len);
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_haggis_hunt(MdhThread *t, int argc, const MdhArgs_haggis_hunt *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s), needle = mdh_str_slice(a->needle);
    MdhValue out = mdh_list_new(t, 0);
    if (mdh_is_exc(out)) return out;
    for (size_t at = 0;;) {
        size_t hit = slice_find_from(s, needle, at);
        if (hit == SLICE_NOT_FOUND) return out;
        if (!mdh_list_push(t, out, mdh_fix((int64_t)hit))) return MDH_EXC;
        if (hit == s.len) return out; // an empty needle, found at the very end
        at = needle.len ? hit + needle.len : mdh_text_next(s, hit);
    }
}

// Puts the character at *at, if there is one, and goes on behind it.
static void put_next(MdhSb *sb, Slice s, size_t *at)
{
    if (*at >= s.len) return;
    size_t next = mdh_text_next(s, *at);
    mdh_sb_put(sb, s.ptr + *at, next - *at);
    *at = next;
}

MdhValue __mdh_banter(MdhThread *t, int argc, const MdhArgs_banter *a)
{
    (void)argc;
    Slice x = mdh_str_slice(a->a), y = mdh_str_slice(a->b);
    size_t at_x = 0, at_y = 0;
    MdhSb sb;
    mdh_sb_init(&sb);
    while (at_x < x.len || at_y < y.len) {
        put_next(&sb, x, &at_x);
        put_next(&sb, y, &at_y);
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_geggie(MdhThread *t, int argc, const MdhArgs_geggie *a)
{
    (void)argc;
    Slice s = mdh_str_slice(a->s);
    if (s.len == 0) return a->s;
    size_t first = mdh_text_next(s, 0), last = mdh_text_prev(s, s.len);
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_put(&sb, s.ptr, first);
    mdh_sb_put(&sb, s.ptr + last, s.len - last);
    return mdh_sb_finish(t, &sb);
}

// Fisher and Yates on the code points.
static MdhValue shuffled(MdhThread *t, MdhValue v)
{
    Slice s = mdh_str_slice(v);
    size_t n = mdh_str_nchars(v), i = 0;
    if (n < 2) return v;
    uint32_t *cps = (uint32_t *)mdh_new_atomic(t, n * sizeof *cps);
    if (!cps) return mdh_throw_oom(t, n * sizeof *cps);
    for (size_t at = 0, used; at < s.len && i < n; at += used)
        cps[i++] = utf8_decode(s.ptr + at, s.len - at, &used);
    MdhSb sb;
    mdh_sb_init(&sb);
    while (i > 0) {
        uint64_t pick = mdh_rng_below(t, i--);
        mdh_sb_put_cp(&sb, cps[pick]);
        cps[pick] = cps[i];
    }
    return mdh_sb_finish(t, &sb);
}

MdhValue __mdh_blooter(MdhThread *t, int argc, const MdhArgs_blooter *a)
{
    (void)argc;
    return shuffled(t, a->s);
}

MdhValue __mdh_stooshie(MdhThread *t, int argc, const MdhArgs_stooshie *a)
{
    (void)argc;
    return shuffled(t, a->s);
}

// Applied one after another, each over the whole text, so later rows see what earlier ones made.
static const char *const scots[][2] = {
    {"yes", "aye"},
    {"Yes", "Aye"},
    {"no", "nae"},
    {"No", "Nae"},
    {"know", "ken"},
    {"Know", "Ken"},
    {"not", "nae"},
    {"from", "fae"},
    {"to", "tae"},
    {"do", "dae"},
    {"myself", "masel"},
    {"yourself", "yersel"},
    {"small", "wee"},
    {"little", "wee"},
    {"child", "bairn"},
    {"children", "bairns"},
    {"church", "kirk"},
    {"beautiful", "bonnie"},
    {"Beautiful", "Bonnie"},
    {"going", "gaun"},
    {"have", "hae"},
    {"nothing", "naething"},
    {"something", "somethin"},
    {"everything", "awthing"},
    {"everyone", "awbody"},
    {"about", "aboot"},
    {"out", "oot"},
    {"house", "hoose"},
};

MdhValue __mdh_scottify(MdhThread *t, int argc, const MdhArgs_scottify *a)
{
    (void)argc;
    MdhValue v = a->s;
    for (size_t i = 0; i < countof(scots) && !mdh_is_exc(v); i++)
        v = mdh_text_replace(t, v, slice_from_cstr(scots[i][0]),
                             slice_from_cstr(scots[i][1]));
    return v;
}
