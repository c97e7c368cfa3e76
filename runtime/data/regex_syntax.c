// SPDX-License-Identifier: MIT
// One pass over the pattern. It knows just enough of the syntax to tell a group's opening, an
// escape and a character class from plain characters; whether the pattern is well formed is the
// library's to say. Refused is what a linear-time engine cannot do (look-around,
// back-references, recursion, conditions) or what only this library has (atomic groups,
// possessive repeats, verbs, \K, \G, \R, \X, \C).
#include "runtime/data/regex_syntax.h"

#include <string.h>

typedef struct Scan {
    const char *at, *end;
    Buf *out;
} Scan;

static const char LOOK_AROUND[] =
    "look-around, including look-ahead and look-behind, is not supported";
static const char BACK_REFERENCE[] = "backreferences are not supported";
static const char NOT_OURS[] = "this kind o group is not supported";

static bool has(const Scan *s, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(s->end - s->at) >= n && !memcmp(s->at, text, n);
}

static void pass(Scan *s, size_t n)
{
    buf_put(s->out, s->at, n);
    s->at += n;
}

// The `{…}` that belongs to an escape; without one, so many hex digits get braces of their own.
static const char *scan_braces(Scan *s, size_t digits)
{
    Slice rest = {s->at, (size_t)(s->end - s->at)};
    if (has(s, "{")) {
        size_t stop = slice_find_char(rest, '}');
        pass(s, stop == SLICE_NOT_FOUND ? rest.len : stop + 1);
    } else if (digits) {
        if (rest.len < digits) return "incomplete escape sequence";
        buf_putc(s->out, '{');
        pass(s, digits);
        buf_putc(s->out, '}');
    }
    return NULL;
}

// The reader stands at a backslash.
static const char *scan_escape(Scan *s, bool in_class)
{
    if (s->end - s->at < 2) {
        pass(s, 1);
        return NULL; // the library names the lone backslash
    }
    char c = s->at[1];
    if ((c >= '1' && c <= '9') || (!in_class && c && strchr("kg", c)))
        return BACK_REFERENCE;
    if (c && strchr("KGRXCNEZ", c)) return "unrecognized escape sequence";
    if (c == 'v') { // the library's \v is any vertical white space
        buf_puts(s->out, "\\x0b");
        s->at += 2;
        return NULL;
    }
    if (c == 'u') { // \uXXXX and \u{X}: the library calls it \x
        buf_puts(s->out, "\\x");
        s->at += 2;
        return scan_braces(s, 4);
    }
    if (c == 'Q') { // literal up to \E
        Slice rest = {s->at, (size_t)(s->end - s->at)};
        size_t stop = slice_find(rest, SLICE_LIT("\\E"));
        pass(s, stop == SLICE_NOT_FOUND ? rest.len : stop + 2);
        return NULL;
    }
    pass(s, 2);
    // What stands in these braces is no repeat.
    return c && strchr("xpPo", c) ? scan_braces(s, 0) : NULL;
}

// The reader stands at `[`. A `]` directly behind it is a member.
static const char *scan_class(Scan *s)
{
    pass(s, 1);
    if (has(s, "^")) pass(s, 1);
    if (has(s, "]")) pass(s, 1);
    while (s->at < s->end && *s->at != ']') {
        if (*s->at == '\\') {
            const char *wrong = scan_escape(s, true);
            if (wrong) return wrong;
        } else if (has(s, "[:")) {
            Slice rest = {s->at, (size_t)(s->end - s->at)};
            size_t stop = slice_find(rest, SLICE_LIT(":]"));
            pass(s, stop == SLICE_NOT_FOUND ? 2 : stop + 2);
        } else {
            pass(s, 1);
        }
    }
    if (s->at < s->end) pass(s, 1);
    return NULL;
}

// Flags as in `(?i)`, `(?i-s:`. False when it is something else.
static bool is_flags(const Scan *s)
{
    const char *p = s->at + 2;
    while (p < s->end && *p && strchr("imsxU-", *p)) p++;
    return p > s->at + 2 && p < s->end && (*p == ')' || *p == ':');
}

static bool is_name_start(char c)
{
    return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') || (unsigned char)c >= 0x80;
}

// The reader stands at `(`.
static const char *scan_group(Scan *s)
{
    if (has(s, "(*")) return "verbs are not supported";
    if (!has(s, "(?")) {
        pass(s, 1);
        return NULL;
    }
    if (has(s, "(?=") || has(s, "(?!") || has(s, "(?<=") || has(s, "(?<!"))
        return LOOK_AROUND;
    if (has(s, "(?P=")) return BACK_REFERENCE;
    size_t head = has(s, "(?P<") ? 4 : has(s, "(?<") ? 3 : 0;
    if (head && (size_t)(s->end - s->at) > head && is_name_start(s->at[head])) {
        pass(s, head);
        return NULL;
    }
    if (!has(s, "(?:") && !is_flags(s)) return NOT_OURS;
    pass(s, 2);
    return NULL;
}

// Behind a repeat operator: a further `?` makes it lazy, a `+` would make it possessive.
static const char *scan_repeat(Scan *s, size_t n)
{
    pass(s, n);
    if (has(s, "+")) return "possessive repetition is not supported";
    if (has(s, "?")) pass(s, 1);
    return NULL;
}

// Length of `{n}`, `{n,}` or `{n,m}` here, else 0.
static size_t counted(const Scan *s)
{
    const char *p = s->at + 1;
    while (p < s->end && *p >= '0' && *p <= '9') p++;
    if (p == s->at + 1) return 0;
    if (p < s->end && *p == ',') p++;
    while (p < s->end && *p >= '0' && *p <= '9') p++;
    return p < s->end && *p == '}' ? (size_t)(p + 1 - s->at) : 0;
}

const char *mdh_regex_translate(Slice pattern, Buf *out)
{
    Scan s = {pattern.ptr, pattern.ptr + pattern.len, out};
    const char *wrong = NULL;
    while (!wrong && s.at < s.end) {
        size_t n;
        switch (*s.at) {
        case '\\': wrong = scan_escape(&s, false); break;
        case '[': wrong = scan_class(&s); break;
        case '(': wrong = scan_group(&s); break;
        case '*':
        case '+':
        case '?': wrong = scan_repeat(&s, 1); break;
        case '{':
            n = counted(&s);
            if (n) wrong = scan_repeat(&s, n);
            else pass(&s, 1);
            break;
        default: pass(&s, 1);
        }
    }
    return wrong;
}
