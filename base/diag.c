// SPDX-License-Identifier: MIT
// Rendering works on a window of the source line around the place: a ten-megabyte line
// costs no more than a short one, beyond finding its ends. Inside the window each code
// point takes one column, a tab is shown as blanks to the next multiple of 4 of the window,
// control characters and invalid octets as U+FFFD, so the caret always stands under what it
// means. Wide and combining characters count as one column, as editors count them.

#include "base/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define MESSAGE_MAX ((size_t)16 << 10) // a message may quote hostile source
#define TAB_WIDTH   4
#define LEAD        40 // code points shown before the place when the line is cut

void diag_init(DiagList *list, uint32_t max)
{
    *list = (DiagList){.max = max ? max : DIAG_MAX_DEFAULT};
}

void diag_deinit(DiagList *list)
{
    for (uint32_t i = 0; i < list->len; i++) {
        free(list->items[i].message);
        free(list->items[i].hint);
    }
    free(list->items);
    diag_init(list, list->max);
}

bool diag_full(const DiagList *list)
{
    return list->n_errors >= list->max;
}

// The text, cut at MESSAGE_MAX; NULL when memory is out.
static char *format_text(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    char *text = NULL;
    if (need >= 0) {
        size_t size = (size_t)need < MESSAGE_MAX ? (size_t)need + 1 : MESSAGE_MAX;
        text = malloc(size);
        if (text) vsnprintf(text, size, format, again);
    }
    va_end(again);
    return text;
}

// Room for one more. Warnings and notes get only half of the list, so that they never push
// out errors.
static Diag *new_item(DiagList *list, DiagSeverity severity)
{
    if (list->len >= (severity == DIAG_ERROR ? list->max : (list->max + 1) / 2))
        return NULL;
    if (list->len == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        if (cap > list->max) cap = list->max;
        Diag *items = realloc(list->items, cap * sizeof *items);
        if (!items) {
            list->out_of_memory = true;
            return NULL;
        }
        list->items = items;
        list->cap = cap;
    }
    return &list->items[list->len];
}

Diag *diag_vadd(DiagList *list, DiagSeverity severity, const char *code, DiagSpot spot,
                const char *format, va_list args)
{
    if (severity == DIAG_ERROR) list->n_errors++;
    if (severity == DIAG_WARNING) list->n_warnings++;
    Diag *item = new_item(list, severity);
    if (!item) return NULL;
    *item = (Diag){
        .severity = severity,
        .code = code,
        .file = spot.file,
        .source = spot.source,
        .line = spot.line,
        .column = spot.column,
        .length = spot.length,
        .message = format_text(format, args),
    };
    if (!item->message) {
        list->out_of_memory = true;
        return NULL;
    }
    list->len++;
    return item;
}

Diag *diag_add(DiagList *list, DiagSeverity severity, const char *code, DiagSpot spot,
               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag = diag_vadd(list, severity, code, spot, format, args);
    va_end(args);
    return diag;
}

void diag_hint(Diag *diag, const char *format, ...)
{
    if (!diag) return;
    va_list args;
    va_start(args, format);
    char *hint = format_text(format, args);
    va_end(args);
    if (!hint) return; // a hint is a nicety: the message stands without it
    free(diag->hint);
    diag->hint = hint;
}

void diag_locate(Slice source, size_t offset, uint32_t *line, uint32_t *column)
{
    if (offset > source.len) offset = source.len;
    uint32_t lines = 1;
    size_t start = 0;
    for (;;) {
        size_t nl = slice_find_char(slice_sub(source, start, offset), '\n');
        if (nl == SLICE_NOT_FOUND) break;
        start += nl + 1;
        lines++;
    }
    uint32_t columns = 1;
    for (size_t at = start; at < offset; columns++) {
        size_t used;
        utf8_decode(source.ptr + at, source.len - at, &used);
        at += used;
    }
    *line = lines;
    *column = columns;
}

// Line number `line` (from 1) of the source without its line end; false when there is none.
static bool find_line(Slice source, uint32_t line, Slice *out)
{
    if (line == 0) return false;
    for (uint32_t i = 1; i < line; i++) {
        size_t nl = slice_find_char(source, '\n');
        if (nl == SLICE_NOT_FOUND) return false;
        source = slice_from(source, nl + 1);
    }
    size_t nl = slice_find_char(source, '\n');
    *out = slice_sub(source, 0, nl == SLICE_NOT_FOUND ? source.len : nl);
    if (out->len && out->ptr[out->len - 1] == '\r') out->len--;
    return true;
}

// Drops the first `count` code points, or all.
static Slice skip_code_points(Slice s, uint32_t count)
{
    size_t at = 0;
    for (; count && at < s.len; count--) {
        size_t used;
        utf8_decode(s.ptr + at, s.len - at, &used);
        at += used;
    }
    return slice_from(s, at);
}

// Some octets that would move the cursor or hide text: C0, DEL, C1, the directional
// overrides and isolates (which can make a line read otherwise than it is), the line
// separators.
static bool is_unshowable(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069) || cp == 0x2028 || cp == 0x2029 || cp == 0xfeff;
}

// One code point of the excerpt; returns the columns it took.
static uint32_t put_shown(Buf *out, uint32_t cp, uint32_t at_column)
{
    if (cp == '\t') {
        uint32_t blanks = TAB_WIDTH - at_column % TAB_WIDTH;
        buf_fill(out, ' ', blanks);
        return blanks;
    }
    buf_put_utf8(out, is_unshowable(cp) ? UTF8_REPLACEMENT : cp);
    return 1;
}

typedef struct {
    uint32_t caret_at; // column of the window under which the caret starts
    uint32_t caret_len;
} Shown;

// Writes the window of `line` and works out where the caret goes.
static Shown put_window(Buf *out, Slice line, uint32_t column, uint32_t length)
{
    uint32_t target = column ? column - 1 : 0; // code points before the place
    uint32_t at = 0;                           // columns written
    uint32_t index = 0;                        // code points passed
    Shown shown = {0, 0};
    bool found = false;
    if (target > DIAG_WIDTH - 40) {
        index = target - LEAD;
        line = skip_code_points(line, index);
        buf_puts(out, "…");
        at = 1;
    }
    while (line.len && at < DIAG_WIDTH - 1) {
        size_t used;
        uint32_t cp = utf8_decode(line.ptr, line.len, &used);
        if (index == target) {
            shown.caret_at = at;
            found = true;
        }
        uint32_t took = put_shown(out, cp, at);
        if (found && index - target < length) shown.caret_len += took;
        at += took;
        index++;
        line = slice_from(line, used);
    }
    if (line.len) buf_puts(out, "…");
    if (!found) shown.caret_at = at; // just past the end: "expected something here"
    if (shown.caret_len == 0) shown.caret_len = 1;
    return shown;
}

static const char *style(bool colour, const char *sequence)
{
    return colour ? sequence : "";
}

static void put_excerpt(Buf *out, const Diag *diag, bool colour)
{
    Slice line;
    if (!diag->source.len || !find_line(diag->source, diag->line, &line)) return;
    int digits = snprintf(NULL, 0, "%u", diag->line);
    buf_printf(out, "  %u | ", diag->line);
    Shown shown = put_window(out, line, diag->column, diag->length ? diag->length : 1);
    buf_printf(out, "\n  %*s | ", digits, "");
    buf_fill(out, ' ', shown.caret_at);
    buf_puts(out, style(colour, "\033[1;31m"));
    buf_fill(out, '^', shown.caret_len);
    buf_puts(out, style(colour, "\033[0m"));
    buf_putc(out, '\n');
}

// Text that may quote the source: newlines become blanks, the rest as in the excerpt.
static void put_one_line(Buf *out, Slice text)
{
    while (text.len) {
        size_t used;
        uint32_t cp = utf8_decode(text.ptr, text.len, &used);
        if (cp == '\n' || cp == '\t') cp = ' ';
        buf_put_utf8(out, is_unshowable(cp) ? UTF8_REPLACEMENT : cp);
        text = slice_from(text, used);
    }
}

void diag_render(const Diag *diag, bool colour, Buf *out)
{
    static const char *const names[] = {"error", "warning", "note"};
    static const char *const colours[] = {"\033[1;31m", "\033[1;33m", "\033[1;36m"};

    if (diag->file) {
        put_one_line(out, slice_from_cstr(diag->file));
        if (diag->line) buf_printf(out, ":%u:%u", diag->line, diag->column);
        buf_puts(out, ": ");
    }
    buf_printf(out, "%s%s%s%s%s: ", style(colour, colours[diag->severity]),
               names[diag->severity], diag->code ? " " : "", diag->code ? diag->code : "",
               style(colour, "\033[0m"));
    put_one_line(out, slice_from_cstr(diag->message));
    buf_putc(out, '\n');
    put_excerpt(out, diag, colour);
    if (diag->hint) {
        buf_puts(out, "  hint: ");
        put_one_line(out, slice_from_cstr(diag->hint));
        buf_putc(out, '\n');
    }
}

void diag_render_all(const DiagList *list, bool colour, Buf *out)
{
    for (uint32_t i = 0; i < list->len; i++) diag_render(&list->items[i], colour, out);
    uint32_t seen = list->n_errors + list->n_warnings;
    if (seen > list->len) buf_printf(out, "… and %u more\n", seen - list->len);
}
