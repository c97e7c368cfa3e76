// SPDX-License-Identifier: MIT
// The session's own variables, sorted by name. Builtins, the prelude and the constants belong to
// other modules and so are never among them.
#include <stdlib.h>

#include "base/utf8.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "tools/repl/repl.h"

#define SHOWN_CHARS 50
#define SHOWN_FUNCTIONS 10

typedef struct Variable {
    Slice name;
    uint32_t slot;
} Variable;

typedef VEC(Variable) Variables;

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const Variable *)a)->name, ((const Variable *)b)->name);
}

static bool is_function(MdhValue v)
{
    return mdh_is_fn(v) || mdh_has_tag(v, MDH_TAG_NATIVE_FUNCTION);
}

static bool gather(const VmModule *m, Variables *functions, Variables *values)
{
    uint32_t at = 0, slot;
    Slice name;
    while (map_next(&m->slots, &at, &name, &slot)) {
        MdhValue v = MDH_SLOT_LOAD(&vm_globals[slot]);
        Variable var = {name, slot};
        if (mdh_is_absent(v)) continue;
        if (is_function(v) ? !vec_push(functions, var) : !vec_push(values, var)) return false;
    }
    if (functions->len) qsort(functions->items, functions->len, sizeof(Variable), by_name);
    if (values->len) qsort(values->items, values->len, sizeof(Variable), by_name);
    return true;
}

// At most SHOWN_CHARS characters; a longer text loses its end to "...".
static void put_cut(Buf *out, Slice text)
{
    size_t at = 0, keep = 0;
    uint32_t n = 0;
    while (at < text.len && n <= SHOWN_CHARS) {
        if (n == SHOWN_CHARS - 3) keep = at;
        size_t len = utf8_len_of_lead((unsigned char)text.ptr[at]);
        at += len ? len : 1;
        n++;
    }
    if (n > SHOWN_CHARS) buf_printf(out, "%.*s...", (int)keep, text.ptr);
    else buf_put_slice(out, text);
}

static void put_value(Repl *r, const Variable *var, Buf *out)
{
    MdhValue v = MDH_SLOT_LOAD(&vm_globals[var->slot]);
    MdhValue text = mdh_show(r->t, v);
    buf_printf(out, "    %.*s : %s = ", SLICE_ARG(var->name), mdh_kind_name(v));
    if (mdh_is_exc(text)) {
        mdh_take_error(r->t);
        buf_putc(out, '?');
    } else {
        put_cut(out, mdh_str_slice(text));
    }
    buf_putc(out, '\n');
}

static void put_functions(const Variables *functions, Buf *out)
{
    buf_puts(out, "  Functions:\n");
    for (uint32_t i = 0; i < functions->len && i < SHOWN_FUNCTIONS; i++)
        buf_printf(out, "    %.*s\n", SLICE_ARG(functions->items[i].name));
    if (functions->len > SHOWN_FUNCTIONS)
        buf_printf(out, "    ... and %u more functions\n", functions->len - SHOWN_FUNCTIONS);
}

void repl_show_vars(Repl *r, Buf *out)
{
    Variables functions = {0}, values = {0};
    buf_puts(out, "Yer Variables (Environment)\n");
    if (!gather(drv_session_module(r->session), &functions, &values)) {
        buf_puts(out, "Nae memory left tae list yer variables.\n");
    } else if (!functions.len && !values.len) {
        buf_puts(out, "Nae variables defined yet - use 'ken x = 42' tae create one!\n");
    } else {
        if (values.len) buf_puts(out, "  Values:\n");
        vec_each(Variable, var, &values) put_value(r, var, out);
        if (functions.len) put_functions(&functions, out);
    }
    vec_free(&functions);
    vec_free(&values);
}
