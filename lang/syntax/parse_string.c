// SPDX-License-Identifier: MIT
// Literals with insides: escapes, byte strings, floats, f-strings and their format specs.
//
// The inside of a `{…}` is lexed in place. Only when it holds \" or \\ an unescaped copy is
// made, with a map from its octets back to the source, so that spans and carets stay right
// at any nesting.

#include "lang/syntax/parser.h"

#include "base/num.h"
#include "base/utf8.h"

// Escapes

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// How many of the first `max` octets are hexadecimal digits; their value in *value.
static size_t read_hex(Slice s, size_t max, uint32_t *value)
{
    size_t n = 0;
    *value = 0;
    while (n < s.len && n < max && hex_value(s.ptr[n]) >= 0)
        *value = *value << 4 | (uint32_t)hex_value(s.ptr[n++]);
    return n;
}

// `s` follows `\u`. Octets taken, 0 when this is no such escape.
static size_t read_unicode(Slice s, uint32_t *code_point)
{
    bool is_braced = s.len && s.ptr[0] == '{';
    size_t n = read_hex(slice_from(s, is_braced), is_braced ? 6 : 4, code_point);
    if (!utf8_is_scalar(*code_point)) return 0;
    if (!is_braced) return n == 4 ? 4 : 0;
    return n && n + 1 < s.len && s.ptr[n + 1] == '}' ? n + 2 : 0;
}

static char simple_escape(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '\\':
    case '"':
    case '\'': return c;
    default: return '\0';
    }
}

// Reads what follows a backslash and writes it; octets taken, 0 when the backslash stands
// for itself. Never writes more than 1 + the octets taken.
static size_t put_escape(Slice s, bool is_bytes, char **out)
{
    uint32_t value = 0;
    size_t used;
    if (!s.len) return 0;
    char c = simple_escape(s.ptr[0]);
    if (c || s.ptr[0] == '0') {
        *(*out)++ = c;
        return 1;
    }
    if (s.ptr[0] == 'x' || s.ptr[0] == 'X') {
        if (read_hex(slice_from(s, 1), 2, &value) != 2) return 0;
        if (is_bytes) *(*out)++ = (char)value;
        else *out += utf8_encode(value, *out);
        return 3;
    }
    if (s.ptr[0] != 'u') return 0;
    used = read_unicode(slice_from(s, 1), &value);
    if (used) *out += utf8_encode(value, *out);
    return used ? used + 1 : 0;
}

// Appends `raw` with its escapes done; the output is never longer than the input.
static char *unescape_into(char *out, Slice raw, bool is_bytes)
{
    size_t i = 0;
    while (i < raw.len) {
        if (raw.ptr[i] == '\\') {
            size_t used = put_escape(slice_from(raw, i + 1), is_bytes, &out);
            if (used) {
                i += 1 + used;
                continue;
            }
        }
        *out++ = raw.ptr[i++];
    }
    return out;
}

static Slice unescape(Parser *p, Slice raw, bool is_bytes)
{
    if (slice_find_char(raw, '\\') == SLICE_NOT_FOUND) return raw;
    char *text = arena_alloc(p->arena, raw.len);
    if (!text) {
        parse_no_memory(p);
        return SLICE_NONE;
    }
    return slice_make(text, (size_t)(unescape_into(text, raw, is_bytes) - text));
}

Slice parse_unescape(Parser *p, Slice raw)
{
    return unescape(p, raw, false);
}

AstNode *parse_string(Parser *p)
{
    const Token *token = parse_cur(p);
    AstNode *node = parse_node(p, AST_STRING, token);
    Slice src = parse_token_slice(p, token);
    node->string.src = src;
    node->string.value = unescape(p, slice_sub(src, 1, src.len - 1), false);
    parse_advance(p);
    return parse_done(p, node);
}

AstNode *parse_bytes(Parser *p)
{
    const Token *token = parse_cur(p);
    AstNode *node = parse_node(p, AST_BYTES, token);
    Slice src = parse_token_slice(p, token);
    node->string.src = src;
    node->string.value = unescape(p, slice_sub(src, 2, src.len - 1), true);
    parse_advance(p);
    return parse_done(p, node);
}

// Floats

bool parse_float_value(Parser *p, Slice text, double *out)
{
    if (slice_find_char(text, '_') != SLICE_NOT_FOUND) {
        char *digits = arena_alloc(p->arena, text.len);
        size_t n = 0;
        if (!digits) {
            parse_no_memory(p);
            return false;
        }
        for (size_t i = 0; i < text.len; i++) {
            if (text.ptr[i] != '_') digits[n++] = text.ptr[i];
        }
        text = slice_make(digits, n);
    }
    NumStatus status = num_parse_double(text, out);
    if (status == NUM_NOMEM) parse_no_memory(p);
    return status == NUM_OK;
}

AstNode *parse_float(Parser *p)
{
    const Token *token = parse_cur(p);
    AstNode *node = parse_node(p, AST_FLOAT, token);
    node->floating.src = parse_token_slice(p, token);
    if (!parse_float_value(p, node->floating.src, &node->floating.value))
        node->floating.value = 0;
    parse_advance(p);
    return parse_done(p, node);
}

// Format specs

typedef struct {
    Slice rest;
    bool ok;
} SpecReader;

static bool is_align(char c)
{
    return c == '<' || c == '>' || c == '^';
}

static void read_align(SpecReader *r, AstFormat *format)
{
    if (!r->rest.len) return;
    size_t used;
    uint32_t fill = utf8_decode(r->rest.ptr, r->rest.len, &used);
    if (used < r->rest.len && is_align(r->rest.ptr[used])) {
        format->fill = fill;
        format->align = r->rest.ptr[used];
        r->rest = slice_from(r->rest, used + 1);
    } else if (is_align(r->rest.ptr[0])) {
        format->align = r->rest.ptr[0];
        r->rest = slice_from(r->rest, 1);
    }
}

// A number up to AST_MAX_FORMAT; true when there is at least one digit.
static bool read_count(SpecReader *r, uint32_t *count)
{
    size_t n = 0;
    uint32_t value = 0;
    while (n < r->rest.len && r->rest.ptr[n] >= '0' && r->rest.ptr[n] <= '9') {
        value = value * 10 + (uint32_t)(r->rest.ptr[n++] - '0');
        if (value > AST_MAX_FORMAT) {
            r->ok = false;
            return false;
        }
    }
    r->rest = slice_from(r->rest, n);
    *count = value;
    return n > 0;
}

// [[fill]align][0][width][.precision][type]
static bool read_format(Slice spec, AstFormat *format)
{
    SpecReader r = {spec, true};
    format->src = spec;
    read_align(&r, format);
    if (r.rest.len && r.rest.ptr[0] == '0') {
        format->zero_pad = true;
        r.rest = slice_from(r.rest, 1);
    }
    format->has_width = read_count(&r, &format->width);
    if (r.rest.len && r.rest.ptr[0] == '.') {
        r.rest = slice_from(r.rest, 1);
        format->has_precision = read_count(&r, &format->precision);
        if (!format->has_precision) return false;
    }
    if (r.rest.len == 1 && memchr("dxXbofegs", r.rest.ptr[0], 9)) {
        format->type = r.rest.ptr[0];
        r.rest = slice_from(r.rest, 1);
    }
    return r.ok && !r.rest.len;
}

// f-strings

typedef VEC(AstFPart) PartVec;

typedef struct {
    Parser *p;
    const Token *token;
    uint32_t at, end; // in p->text; end is the closing quote
    char quote;
    LexPlace place; // where the last interpolation ended: columns are counted from there
    PartVec parts;
    char *out; // the literal piece in the making: piece..out
    char *piece;
} FReader;

static void push_part(FReader *f, AstFPart part)
{
    if (!avec_push(f->p->arena, &f->parts, part)) parse_no_memory(f->p);
}

static void flush_literal(FReader *f)
{
    if (f->out == f->piece) return;
    push_part(f, (AstFPart){.text = slice_make(f->piece, (size_t)(f->out - f->piece))});
    f->piece = f->out;
}

static void put_literal(FReader *f, uint32_t from, uint32_t to)
{
    f->out = unescape_into(f->out, slice_sub(f->p->text, from, to), false);
}

// Reads literal text up to an opening brace (at which it stops) or the end.
static void read_literal(FReader *f)
{
    const char *s = f->p->text.ptr;
    uint32_t start = f->at, i = f->at;
    while (i < f->end) {
        bool is_double = i + 1 < f->end && s[i + 1] == s[i];
        if (s[i] == '\\') {
            uint32_t code_point;
            Slice rest = slice_sub(f->p->text, i + 2, f->end);
            size_t used =
                i + 1 < f->end && s[i + 1] == 'u' ? read_unicode(rest, &code_point) : 0;
            bool takes_next = i + 1 < f->end && s[i + 1] != '{' && s[i + 1] != '}';
            i += 1 + takes_next + (uint32_t)used;
        } else if ((s[i] == '{' || s[i] == '}') && is_double) {
            put_literal(f, start, i + 1); // one of the two
            start = i += 2;
        } else if (s[i] == '{') {
            break;
        } else {
            i++;
        }
    }
    put_literal(f, start, i);
    f->at = i;
}

// The `}` that matches the `{` at f->at, or 0. Braces inside strings count too.
static uint32_t find_close(const FReader *f, bool *has_escape)
{
    const char *s = f->p->text.ptr;
    uint32_t depth = 1;
    *has_escape = false;
    for (uint32_t i = f->at + 1; i < f->end; i++) {
        bool escapes = s[i] == '\\' && i + 1 < f->end &&
                       (s[i + 1] == '"' || s[i + 1] == '\\' || s[i + 1] == f->quote);
        if (escapes) {
            *has_escape = true;
            i++;
        } else if (s[i] == '{') {
            depth++;
        } else if (s[i] == '}' && --depth == 0) {
            return i;
        }
    }
    return 0;
}

// Makes input->text an unescaped copy of [start, end) with its map.
static bool copy_unescaped(const FReader *f, uint32_t start, uint32_t end, LexInput *input)
{
    const char *s = f->p->text.ptr;
    char *text = arena_alloc(f->p->arena, end - start);
    uint32_t *map = arena_alloc_array(f->p->arena, end - start + 1u, sizeof *map);
    if (!text || !map) {
        parse_no_memory(f->p);
        return false;
    }
    uint32_t n = 0;
    for (uint32_t i = start; i < end; i++) {
        if (s[i] == '\\' && i + 1 < end &&
            (s[i + 1] == '"' || s[i + 1] == '\\' || s[i + 1] == f->quote))
            i++;
        map[n] = parse_source_offset(f->p, i);
        text[n++] = s[i];
    }
    map[n] = parse_source_offset(f->p, end);
    input->text = slice_make(text, n);
    input->map = map;
    input->start = 0;
    input->end = n;
    return true;
}

static void read_spec(FReader *f, Parser *inner, Slice spec, AstFPart *part)
{
    AstFormat *format = parse_alloc(f->p, sizeof *format);
    part->format = format;
    if (inner->panic || read_format(spec, format)) return;
    parse_fail(
        inner, parse_cur(inner), SYN_BAD_FORMAT,
        "[[fill]align][0][width][.precision][type], align < > ^, type d x X b o f e g s",
        "Cannae read the format '%.*s'", SLICE_ARG(slice_sub(spec, 0, 40)));
}

// Parses the tokens of one interpolation; `stop` is where the lexer stopped.
static void parse_inner(FReader *f, const LexInput *input, const TokenVec *tokens,
                        uint32_t stop)
{
    Parser *p = f->p;
    Parser inner = {.arena = p->arena,
                    .diags = p->diags,
                    .file = p->file,
                    .source = p->source,
                    .text = input->text,
                    .map = input->map,
                    .tokens = tokens->items,
                    .n_tokens = tokens->len,
                    .error_pos = tokens->len,
                    .depth = p->depth,
                    .newlines_free = true,
                    .is_fstring = true,
                    .spare = p->spare};
    AstFPart part = {0};
    parse_skip_newlines(&inner);
    part.expr = parse_expr(&inner);
    if (!inner.panic && parse_kind(&inner) != TK_EOF) parse_unexpected(&inner, "}");
    if (stop < input->end)
        read_spec(f, &inner, slice_sub(input->text, stop + 1, input->end), &part);
    p->panic = p->panic || inner.panic;
    p->stopped = p->stopped || inner.stopped;
    p->out_of_memory = p->out_of_memory || inner.out_of_memory;
    push_part(f, part);

    const Token *last = &tokens->items[tokens->len - 1];
    f->place =
        (LexPlace){parse_source_offset(&inner, last->offset), last->line, last->column};
}

// f->at is at the `{`.
static void read_interpolation(FReader *f)
{
    Parser *p = f->p;
    bool has_escape, ok = true;
    uint32_t close = find_close(f, &has_escape);
    if (!close) {
        parse_fail(p, f->token, SYN_BAD_INTERPOLATION, "write {{ fer a brace that is text",
                   "This f-string has a { that is never closed");
        return;
    }
    LexInput input = {.file = p->file,
                      .source = p->source,
                      .text = p->text,
                      .map = p->map,
                      .start = f->at + 1,
                      .end = close,
                      .place = f->place,
                      .stop_at_colon = true,
                      .diags = p->diags};
    if (has_escape && !copy_unescaped(f, f->at + 1, close, &input)) return;
    TokenVec tokens = {0};
    uint32_t stop = lex_run(&input, &tokens, NULL, &ok);
    if (ok) parse_inner(f, &input, &tokens, stop);
    else parse_no_memory(p);
    vec_free(&tokens);
    f->at = close + 1;
}

AstNode *parse_fstring(Parser *p)
{
    const Token *token = parse_cur(p);
    AstNode *node = parse_node(p, AST_FSTRING, token);
    Slice src = parse_token_slice(p, token);
    node->fstring.src = src;
    FReader f = {.p = p,
                 .token = token,
                 .at = token->offset + 2,
                 .end = token->offset + token->len - 1,
                 .quote = src.ptr[1]};
    f.place = (LexPlace){parse_source_offset(p, token->offset), token->line, token->column};
    f.out = f.piece = arena_alloc(p->arena, src.len);
    if (!f.out) {
        parse_no_memory(p);
        return node;
    }
    while (!p->panic) {
        read_literal(&f);
        if (f.at >= f.end) break;
        flush_literal(&f);
        read_interpolation(&f);
    }
    flush_literal(&f);
    node->fstring.parts = f.parts.items;
    node->fstring.n_parts = f.parts.len;
    parse_advance(p);
    return parse_done(p, node);
}
