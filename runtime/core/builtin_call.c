// SPDX-License-Identifier: MIT
// Calling a builtin through its row of the table: arity, kinds of arguments, defaults, choice of
// the parameter form, and the texts of what is wrong. The usual case, a right call of a builtin
// without optional parameters, is a loop over its arguments and a call.
#include "abi/abi.h"
#include "runtime/core/fn.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"

static bool arity_fits(const MdhBuiltin *row, int argc)
{
    return argc >= row->nreq && (argc <= row->nmax || row->rest);
}

#define ANY ((1u << MDH_TAG_COUNT) - 1)

MDH_INLINE bool kind_fits(const MdhParam *p, MdhValue v)
{
    return p->types == ANY || p->types >> mdh_tag(v) & 1;
}

// The parameter that takes argument i: rest takes all that are left.
static const MdhParam *param_of(const MdhBuiltin *row, int i)
{
    int last = row->nmax + (row->rest ? 1 : 0) - 1;
    return &row->params[i < last ? i : last];
}

// The first argument of a wrong kind, or -1.
static int first_misfit(const MdhBuiltin *row, int argc, const MdhValue *w)
{
    for (int i = 0; i < argc; i++)
        if (!kind_fits(param_of(row, i), w[i + 1])) return i;
    return -1;
}

static MdhValue default_of(MdhThread *t, const MdhParam *p)
{
    switch (p->dflt) {
    case MDH_D_NAETHING: return MDH_NAETHING;
    case MDH_D_INT: return mdh_int(t, p->dflt_int);
    case MDH_D_BOOL: return mdh_bool(p->dflt_int != 0);
    case MDH_D_STR: return mdh_str_intern(t, p->dflt_str, strlen(p->dflt_str));
    default: return MDH_ABSENT;
    }
}

static bool fill_defaults(MdhThread *t, const MdhBuiltin *row, int argc, MdhValue *w)
{
    for (int i = argc; i < row->nmax; i++) {
        w[i + 1] = default_of(t, &row->params[i]);
        if (mdh_is_exc(w[i + 1])) return false;
    }
    return true;
}

// What is wrong -----------------------------------------------------------------------------

static MdhValue throw_arity(MdhThread *t, const MdhBuiltin *row, int argc)
{
    int least = row->nreq, most = row->nmax;
    MdhValue name = mdh_str_intern(t, row->name, strlen(row->name));
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f)) {
        if (f->nreq < least) least = f->nreq;
        if (f->nmax > most) most = f->nmax;
    }
    if (mdh_is_exc(name)) return name;
    return mdh_throw_error(t, MDH_E_ARITY, name, (int64_t)(argc < least ? least : most),
                           (int64_t)argc);
}

static void put_kinds(MdhSb *sb, uint32_t types)
{
    const uint32_t number = 1u << MDH_TAG_INTEGER | 1u << MDH_TAG_FLOAT;
    const uint32_t function = 1u << MDH_TAG_FUNCTION | 1u << MDH_TAG_NATIVE_FUNCTION;
    const char *names[MDH_TAG_COUNT];
    size_t n = 0;
    if ((types & number) == number) {
        names[n++] = "number";
        types &= ~number;
    }
    if ((types & function) == function) {
        names[n++] = "function";
        types &= ~(function | 1u << MDH_TAG_CLASS | 1u << MDH_TAG_STRUCT);
    }
    for (unsigned tag = 0; tag < MDH_TAG_CELL; tag++)
        if (types >> tag & 1 && tag != MDH_TAG_ABSENT) names[n++] = mdh_type_name(tag);
    for (size_t i = 0; i < n; i++) {
        if (i == 0) mdh_sb_puts(sb, strchr("aeiou", names[0][0]) ? "an " : "a ");
        if (i > 0) mdh_sb_puts(sb, i + 1 == n ? " or " : ", ");
        mdh_sb_puts(sb, names[i]);
    }
}

static void put_standard_error(MdhSb *sb, const MdhBuiltin *row, const MdhParam *p, int i)
{
    mdh_sb_puts(sb, row->name);
    mdh_sb_puts(sb, "() expects ");
    put_kinds(sb, p->types);
    mdh_sb_printf(sb, " as argument %d", i + 1);
}

static const char ellipsis[] = "\xE2\x80\xA6";

// A row's own text: "…rest" continues after the name, %k and %v are the argument.
static bool put_row_error(MdhThread *t, MdhSb *sb, const MdhBuiltin *row, const char *text,
                          MdhValue v)
{
    if (strncmp(text, ellipsis, sizeof ellipsis - 1) == 0) {
        text += sizeof ellipsis - 1;
        mdh_sb_puts(sb, row->name);
        mdh_sb_puts(sb, "() ");
    }
    for (; *text; text++) {
        if (text[0] == '%' && text[1] == 'k') mdh_sb_puts(sb, mdh_kind_name(v));
        else if (text[0] == '%' && text[1] == 'v') {
            if (!mdh_show_into(t, sb, v)) return false;
        } else {
            mdh_sb_putc(sb, *text);
            continue;
        }
        text++;
    }
    return true;
}

static MdhValue throw_kind(MdhThread *t, const MdhBuiltin *row, uint32_t flags, int i,
                           MdhValue v)
{
    const MdhParam *p = param_of(row, i);
    MdhSb sb;
    mdh_sb_init(&sb);
    if (!p->error[0]) put_standard_error(&sb, row, p, i);
    else if (!put_row_error(t, &sb, row, p->error, v)) {
        mdh_sb_deinit(&sb);
        return MDH_EXC;
    }
    MdhValue text = mdh_sb_finish(t, &sb);
    if (mdh_is_exc(text)) return text;
    return flags & MDH_B_TYPE_ERRORS ? mdh_throw_type(t, "%v", text)
                                     : mdh_throw_native(t, "%v", text);
}

// Calling -----------------------------------------------------------------------------------

static MdhValue run(MdhThread *t, const MdhBuiltin *row, int argc, MdhValue *w)
{
    if (argc < row->nmax && !fill_defaults(t, row, argc, w)) return MDH_EXC;
    return ((MdhBuiltinImpl)row->fn)(t, argc, w);
}

// The usual way failed: tries every form, and blames the first one whose arity fits.
static MDH_NOINLINE MdhValue call_some_form(MdhThread *t, const MdhBuiltin *row, int argc,
                                            MdhValue *w)
{
    const MdhBuiltin *blamed = NULL;
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f)) {
        if (!arity_fits(f, argc)) continue;
        if (first_misfit(f, argc, w) < 0) return run(t, f, argc, w);
        if (!blamed) blamed = f;
    }
    if (!blamed) return throw_arity(t, row, argc);
    int i = first_misfit(blamed, argc, w);
    return throw_kind(t, blamed, row->flags, i, w[i + 1]);
}

MdhValue mdh_builtin_call(MdhThread *t, const MdhBuiltin *row, int argc, MdhValue *w)
{
    if (MDH_UNLIKELY(argc != row->nmax))
        return call_some_form(t, row, argc, w);
    for (int i = 0; i < argc; i++)
        if (MDH_UNLIKELY(!kind_fits(&row->params[i], w[i + 1])))
            return call_some_form(t, row, argc, w);
    return ((MdhBuiltinImpl)row->fn)(t, argc, w);
}
