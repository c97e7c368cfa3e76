// SPDX-License-Identifier: MIT
// A recursive-descent reader that looks at each octet once. It is lenient where programs rely
// on it: text after the value is ignored, raw control characters may stand in strings, an
// unknown escape is the character itself, a \u escape of a lone or paired surrogate or of bad
// hex digits gives nothing.
#include "base/num.h"
#include "base/utf8.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/json.h"
#include "runtime/data/list.h"
#include "runtime/data/text.h"

typedef struct Reader {
    MdhThread *t;
    const char *at, *end;
} Reader;

static MdhValue parse_value(Reader *r);

static void skip_blanks(Reader *r)
{
    while (r->at < r->end) {
        unsigned char c = (unsigned char)*r->at;
        size_t used = 1;
        if (c > 0x20 && c < 0x80) return;
        if (!utf8_is_space(utf8_decode(r->at, (size_t)(r->end - r->at), &used))) return;
        r->at += used;
    }
}

static bool at_char(const Reader *r, char c)
{
    return r->at < r->end && *r->at == c;
}

static MdhValue fail(Reader *r, const char *text)
{
    return mdh_throw_native(r->t, text);
}

// An error that names the character here: `format` has one %v.
static MdhValue fail_char(Reader *r, const char *format)
{
    size_t used;
    utf8_decode(r->at, (size_t)(r->end - r->at), &used);
    MdhValue c = mdh_str_new(r->t, r->at, used);
    return mdh_is_exc(c) ? c : mdh_throw_native(r->t, format, c);
}

// An error that names the text from `start` to here.
static MdhValue fail_text(Reader *r, const char *format, const char *start)
{
    MdhValue s = mdh_str_new(r->t, start, (size_t)(r->at - start));
    return mdh_is_exc(s) ? s : mdh_throw_native(r->t, format, s);
}

// Strings ----------------------------------------------------------------------------------

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four characters after \u; false when the text ends before.
static bool parse_unicode(Reader *r, MdhSb *sb)
{
    uint32_t cp = 0;
    bool good = true;
    for (int i = 0; i < 4; i++) {
        size_t used;
        if (r->at >= r->end) return false;
        int digit = hex_digit(*r->at);
        utf8_decode(r->at, (size_t)(r->end - r->at), &used);
        r->at += used;
        good = good && digit >= 0;
        cp = cp << 4 | (uint32_t)(digit & 15);
    }
    if (good && utf8_is_scalar(cp)) mdh_sb_put_cp(sb, cp);
    return true;
}

// After a backslash. NULL, or what is wrong.
static const char *parse_escape(Reader *r, MdhSb *sb)
{
    size_t used;
    if (r->at >= r->end) return "Unterminated string escape";
    char c = *r->at;
    if (c == 'u') {
        r->at++;
        return parse_unicode(r, sb) ? NULL : "Invalid unicode escape";
    }
    utf8_decode(r->at, (size_t)(r->end - r->at), &used);
    if (c == 'n') mdh_sb_putc(sb, '\n');
    else if (c == 't') mdh_sb_putc(sb, '\t');
    else if (c == 'r') mdh_sb_putc(sb, '\r');
    else mdh_sb_put(sb, r->at, used);
    r->at += used;
    return NULL;
}

// To the next quote or backslash.
static const char *plain_end(const Reader *r)
{
    const char *p = r->at;
    while (p < r->end && *p != '"' && *p != '\\') p++;
    return p;
}

static MdhValue finish_text(Reader *r, const char *p, size_t n, bool is_key)
{
    return is_key ? mdh_str_key(r->t, p, n) : mdh_str_new(r->t, p, n);
}

// The rest of a string that has an escape; `start` is its first octet, the reader stands at the
// backslash.
static MdhValue parse_escaped(Reader *r, const char *start)
{
    MdhSb sb;
    const char *wrong = NULL;
    mdh_sb_init(&sb);
    mdh_sb_put(&sb, start, (size_t)(r->at - start));
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\') {
            r->at++;
            wrong = parse_escape(r, &sb);
            if (wrong) break;
        } else {
            const char *stop = plain_end(r);
            mdh_sb_put(&sb, r->at, (size_t)(stop - r->at));
            r->at = stop;
        }
    }
    if (!wrong && r->at >= r->end) wrong = "Unterminated JSON string";
    if (wrong) {
        mdh_sb_deinit(&sb);
        return fail(r, wrong);
    }
    r->at++;
    return mdh_sb_finish(r->t, &sb);
}

// The reader stands at the opening quote.
static MdhValue parse_string(Reader *r, bool is_key)
{
    const char *start = ++r->at;
    r->at = plain_end(r);
    if (r->at >= r->end) return fail(r, "Unterminated JSON string");
    if (*r->at == '\\') return parse_escaped(r, start);
    MdhValue s = finish_text(r, start, (size_t)(r->at - start), is_key);
    r->at++;
    return s;
}

// Numbers and words --------------------------------------------------------------------------

static void skip_digits(Reader *r)
{
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
}

static MdhValue parse_number(Reader *r)
{
    const char *start = r->at;
    bool is_float = false;
    if (*r->at == '-') r->at++;
    skip_digits(r);
    if (at_char(r, '.')) {
        is_float = true;
        r->at++;
        skip_digits(r);
    }
    if (at_char(r, 'e') || at_char(r, 'E')) {
        is_float = true;
        r->at++;
        if (at_char(r, '+') || at_char(r, '-')) r->at++;
        skip_digits(r);
    }
    Slice text = {start, (size_t)(r->at - start)};
    int64_t i;
    double d;
    if (!is_float) {
        if (num_parse_i64(text, 10, &i) == NUM_OK) return mdh_int(r->t, i);
        return fail_text(r, "Invalid integer: %v", start);
    }
    NumStatus status = num_parse_double(text, &d);
    if (status == NUM_NOMEM) return mdh_throw_oom(r->t, text.len);
    return status == NUM_OK ? mdh_float(r->t, d)
                            : fail_text(r, "Invalid number: %v", start);
}

static MdhValue parse_word(Reader *r, const char *word, size_t n, MdhValue v)
{
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n))
        return mdh_throw_native(r->t, "Invalid JSON value '%s'", word);
    r->at += n;
    return v;
}

// Containers ---------------------------------------------------------------------------------

// After `[` and blanks, the first element is here.
static MdhValue parse_items(Reader *r, MdhValue list)
{
    for (;;) {
        MdhValue v = parse_value(r);
        if (mdh_is_exc(v) || !mdh_list_push(r->t, list, v)) return MDH_EXC;
        skip_blanks(r);
        if (r->at >= r->end) return fail(r, "Unterminated JSON array");
        if (*r->at == ']') break;
        if (*r->at != ',')
            return fail_char(r, "Expected ']' or ',' in JSON array, got '%v'");
        r->at++;
    }
    r->at++;
    return list;
}

static MdhValue parse_array(Reader *r)
{
    MdhValue list = mdh_list_new(r->t, 0);
    if (mdh_is_exc(list)) return list;
    r->at++;
    skip_blanks(r);
    if (r->at >= r->end) return fail(r, "Unterminated JSON array");
    if (*r->at != ']') return parse_items(r, list);
    r->at++;
    return list;
}

// One `"key": value`.
static bool parse_pair(Reader *r, MdhValue dict)
{
    skip_blanks(r);
    if (!at_char(r, '"')) {
        fail(r, "Expected string key in JSON object");
        return false;
    }
    MdhValue key = parse_string(r, true);
    if (mdh_is_exc(key)) return false;
    skip_blanks(r);
    if (!at_char(r, ':')) {
        fail(r, "Expected ':' in JSON object");
        return false;
    }
    r->at++;
    MdhValue v = parse_value(r);
    return !mdh_is_exc(v) && mdh_dict_put(r->t, dict, key, v);
}

static MdhValue parse_object(Reader *r)
{
    MdhValue dict = mdh_dict_new(r->t, 0);
    if (mdh_is_exc(dict)) return dict;
    r->at++;
    skip_blanks(r);
    if (r->at >= r->end) return fail(r, "Unterminated JSON object");
    if (*r->at == '}') {
        r->at++;
        return dict;
    }
    for (;;) {
        if (!parse_pair(r, dict)) return MDH_EXC;
        skip_blanks(r);
        if (r->at >= r->end) return fail(r, "Unterminated JSON object");
        if (*r->at == '}') break;
        if (*r->at != ',')
            return fail_char(r, "Expected '}' or ',' in JSON object, got '%v'");
        r->at++;
    }
    r->at++;
    return dict;
}

static MdhValue parse_nested(Reader *r)
{
    MdhThread *t = r->t;
    if (t->data_depth >= MDH_MAX_DATA_DEPTH) return mdh_throw_error(t, MDH_E_STACK);
    t->data_depth++;
    MdhValue v = *r->at == '{' ? parse_object(r) : parse_array(r);
    t->data_depth--;
    return v;
}

static MdhValue parse_value(Reader *r)
{
    skip_blanks(r);
    if (r->at >= r->end) return fail(r, "Unexpected end of JSON");
    switch (*r->at) {
    case '{':
    case '[': return parse_nested(r);
    case '"': return parse_string(r, false);
    case 't': return parse_word(r, "true", 4, MDH_AYE);
    case 'f': return parse_word(r, "false", 5, MDH_NAE);
    case 'n': return parse_word(r, "null", 4, MDH_NAETHING);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return parse_number(r);
    default: return fail_char(r, "Unexpected character '%v' in JSON");
    }
}

MdhValue mdh_json_parse(MdhThread *t, Slice text)
{
    text = mdh_text_trim(text);
    if (!text.len) return mdh_throw_native(t, "Empty JSON string");
    Reader r = {t, text.ptr, text.ptr + text.len};
    return parse_value(&r);
}
