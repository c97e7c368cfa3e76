// SPDX-License-Identifier: MIT
#include "lang/vm/hints.h"

#include "base/common.h"

// A word from another language that was taken fer a name.
static const struct { const char *word, *hint; } words[] = {
    {"true", "Did ye mean 'aye'? That's true in mdhavers"},
    {"false", "Did ye mean 'nae'? That's false in mdhavers"},
    {"null", "Did ye mean 'naething'?"}, {"None", "Did ye mean 'naething'?"},
    {"if", "Did ye mean 'gin'? That's if in mdhavers"},
    {"else", "Did ye mean 'ither'? That's else in mdhavers"},
    {"print", "Did ye mean 'blether'? That's print in mdhavers"},
    {"while", "Did ye mean 'whiles'? That's while in mdhavers"},
    {"for", "Did ye mean 'fer'? That's for in mdhavers"},
    {"return", "Did ye mean 'gie'? That's return in mdhavers"},
    {"function", "Did ye mean 'dae'? That's function in mdhavers"},
    {"def", "Did ye mean 'dae'? That's def in mdhavers"},
    {"fn", "Did ye mean 'dae'?"}, {"func", "Did ye mean 'dae'?"},
    {"class", "Did ye mean 'kin'? That's class in mdhavers"},
    {"this", "Did ye mean 'masel'? That's this in mdhavers"},
    {"self", "Did ye mean 'masel'? That's self in mdhavers"},
    {"let", "Did ye mean 'ken'?"}, {"var", "Did ye mean 'ken'?"}, {"const", "Did ye mean 'ken'?"},
    {"import", "Did ye mean 'fetch'?"}, {"break", "Did ye mean 'brak'?"},
    {"continue", "Did ye mean 'haud'?"}, {"try", "Did ye mean 'hae_a_bash'?"},
    {"catch", "Did ye mean 'gin_it_gangs_wrang'?"}, {"throw", "Did ye mean 'hurl'?"},
    {"assert", "Did ye mean 'mak_siccar'?"}, {"length", "Did ye mean 'len'?"},
    {"size", "Did ye mean 'len'?"}, {"push", "Did ye mean 'shove'?"}, {"and", "Did ye mean 'an'?"},
    {"not", "Did ye mean 'nae'?"},
};

static const struct { const char *start, *hint; } kinds[] = {
    {"Awa' an bile", "Hae ye declared it wi' 'ken', an' spelt it the same?"},
    {"Hoachin'!", "Indexes stairt at 0; the last ane is len - 1, or -1"},
    {"Yer bum's oot", "Check hou mony arguments the function taks"},
    {"Ye numpty!", "Check the divisor afore ye divide"},
    {"Stack's fair", "Does yer recursion hae a base case?"},
    {"Whit's aw this", "Ainly functions, kins an' things can be cawed"},
};

// The name in "… '<name>' hasnae been defined yet …".
static Slice undefined_name(Slice m)
{
    size_t tail = slice_find(m, SLICE_LIT("' hasnae been defined"));
    size_t head = slice_find_char(m, '!');
    if (tail == SLICE_NOT_FOUND || head == SLICE_NOT_FOUND || head + 3 > tail) return SLICE_NONE;
    return slice_sub(m, head + 3, tail);
}

const char *hint_for_error(Slice message)
{
    Slice name = undefined_name(message);
    for (size_t i = 0; name.len && i < countof(words); i++)
        if (slice_eq_cstr(name, words[i].word)) return words[i].hint;
    for (size_t i = 0; i < countof(kinds); i++)
        if (slice_starts_with(message, slice_from_cstr(kinds[i].start))) return kinds[i].hint;
    return NULL;
}
