// SPDX-License-Identifier: MIT

#include "lang/syntax/token.h"

static const char *const kind_texts[] = {
#define T(id, text) text,
    TOKEN_CLASSES(T) TOKEN_PUNCTUATION(T)
#undef T
#define KEYWORD(id, spelling, canonical, doc) canonical,
#include "abi/keywords.def"
};

static const char *const kind_ids[] = {
#define T(id, text) #id,
    TOKEN_CLASSES(T) TOKEN_PUNCTUATION(T)
#undef T
#define KEYWORD(id, spelling, canonical, doc) #id,
#include "abi/keywords.def"
};

typedef struct {
    const char *spelling;
    uint8_t kind;
} Word;

static const Word words[] = {
#define KEYWORD(id, spelling, canonical, doc)       {spelling, TK_##id},
#define KEYWORD_ALIAS(id, spelling, canonical, doc) {spelling, TK_##id},
#include "abi/keywords.def"
};

// First letter and length of each word: a name differs from nearly all words in these
// already.
static const uint16_t word_keys[] = {
#define KEYWORD(id, spelling, canonical, doc)                                              \
    (uint16_t)((unsigned char)(spelling)[0] << 8 | (sizeof(spelling) - 1)),
#define KEYWORD_ALIAS(id, spelling, canonical, doc)                                        \
    (uint16_t)((unsigned char)(spelling)[0] << 8 | (sizeof(spelling) - 1)),
#include "abi/keywords.def"
};

static const struct {
    const char *word, *scots;
} english[] = {
#define E(word, scots) {word, scots},
#include "abi/english.def"
};

const char *token_kind_text(TokenKind kind)
{
    return (unsigned)kind < TK_N_KINDS ? kind_texts[kind] : "?";
}

const char *token_kind_name(TokenKind kind)
{
    return (unsigned)kind < TK_N_KINDS ? kind_ids[kind] : "?";
}

TokenKind token_of_word(Slice word)
{
    if (word.len == 0 || word.len > 0xff) return TK_IDENT;
    if (word.len == 1 && word.ptr[0] == '_') return TK_UNDERSCORE;
    uint16_t key = (uint16_t)((unsigned char)word.ptr[0] << 8 | word.len);
    for (size_t i = 0; i < countof(words); i++) {
        if (word_keys[i] == key && memcmp(words[i].spelling, word.ptr, word.len) == 0)
            return (TokenKind)words[i].kind;
    }
    return TK_IDENT;
}

// True when one inserted, dropped, changed or swapped letter makes `a` of `b`.
static bool is_one_slip(Slice a, Slice b)
{
    if (a.len > b.len) return is_one_slip(b, a);
    if (b.len - a.len > 1) return false;
    size_t i = 0;
    while (i < a.len && a.ptr[i] == b.ptr[i]) i++;
    Slice rest_a = slice_from(a, i), rest_b = slice_from(b, i);
    if (a.len < b.len) return slice_eq(rest_a, slice_from(rest_b, 1));
    if (slice_eq(slice_from(rest_a, 1), slice_from(rest_b, 1))) return true;
    return rest_a.len >= 2 && rest_a.ptr[0] == rest_b.ptr[1] &&
           rest_a.ptr[1] == rest_b.ptr[0] &&
           slice_eq(slice_from(rest_a, 2), slice_from(rest_b, 2));
}

const char *token_scots_for(Slice word)
{
    for (size_t i = 0; i < countof(english); i++) {
        if (slice_eq_cstr(word, english[i].word)) return english[i].scots;
    }
    if (word.len < 4 || word.len > 20)
        return NULL; // short names are too near to everything
    for (size_t i = 0; i < countof(words); i++) {
        if (is_one_slip(word, slice_from_cstr(words[i].spelling))) return words[i].spelling;
    }
    return NULL;
}
