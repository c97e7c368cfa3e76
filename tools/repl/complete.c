// SPDX-License-Identifier: MIT
// What may stand where the cursor is: keywords, builtins and their aliases, the prelude, the
// session's own names, and at the start of a line the commands.
#include <stdlib.h>

#include "abi/abi.h"
#include "tools/repl/repl.h"

static const char *const keywords[] = {
#define KEYWORD(id, spelling, canonical, doc) spelling,
#define KEYWORD_ALIAS(id, spelling, canonical, doc) spelling,
#define KEYWORD_SOFT(id, spelling, canonical, doc) spelling,
#include "abi/keywords.def"
};

static bool offer(ReplWords *out, Slice prefix, Slice word)
{
    if (word.len <= prefix.len || !slice_starts_with(word, prefix)) return true;
    return vec_push(&out->items, word);
}

static bool offer_tables(ReplWords *out, Slice prefix)
{
    bool fine = true;
    for (size_t i = 0; fine && i < countof(keywords); i++)
        fine = offer(out, prefix, slice_from_cstr(keywords[i]));
    for (uint32_t i = 0; fine && i < MDH_B_COUNT; i++)
        fine = offer(out, prefix, slice_from_cstr(mdh_builtins[i].name));
    for (uint32_t i = 0; fine && i < mdh_alias_count; i++)
        fine = offer(out, prefix, slice_from_cstr(mdh_aliases[i].name));
    return fine;
}

static bool offer_module(ReplWords *out, Slice prefix, const VmModule *m)
{
    uint32_t at = 0, slot;
    Slice name;
    while (m && map_next(&m->slots, &at, &name, &slot)) {
        bool is_set = !mdh_is_absent(MDH_SLOT_LOAD(&vm_globals[slot]));
        if (is_set && !offer(out, prefix, name)) return false;
    }
    return true;
}

static bool offer_commands(ReplWords *out, Slice prefix)
{
    for (const char *const *word = repl_command_words; *word; word++)
        if (!offer(out, prefix, slice_from_cstr(*word))) return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const Slice *)a, *(const Slice *)b);
}

static void sort_and_thin(ReplWords *out)
{
    uint32_t kept = 0;
    if (!out->items.len) return;
    qsort(out->items.items, out->items.len, sizeof(Slice), by_text);
    for (uint32_t i = 0; i < out->items.len; i++)
        if (!kept || !slice_eq(out->items.items[kept - 1], out->items.items[i]))
            out->items.items[kept++] = out->items.items[i];
    out->items.len = kept;
}

bool repl_complete(Repl *r, Slice prefix, bool at_start, ReplWords *out)
{
    drv_load_prelude(r->t);
    bool fine = offer_tables(out, prefix) && offer_module(out, prefix, vm_base) &&
                offer_module(out, prefix, drv_session_module(r->session)) &&
                (!at_start || offer_commands(out, prefix));
    sort_and_thin(out);
    return fine;
}
