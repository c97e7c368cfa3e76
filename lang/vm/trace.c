// SPDX-License-Identifier: MIT
// The commentary of the `trace` command: on standard error, indented by call depth, each source
// line that is reached with its text; with values, also every instruction and what it reads.
#include "base/buf.h"
#include "base/os.h"
#include "base/vec.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

#define TRACE_LINE_MAX 4096
#define MAX_INDENT 80
#define MAX_TEXT 200
#define MAX_SOURCE ((size_t)64 << 20)

static uint32_t call_depth(const MdhThread *t)
{
    return (uint32_t)(t->fp - t->frames) - 1; // the bottom frame is no call
}

static void put_value(MdhThread *t, Buf *b, MdhValue v)
{
    if (mdh_is_absent(v)) {
        buf_puts(b, "unset");
        return;
    }
    MdhValue text = mdh_show(t, v);
    if (mdh_is_exc(text)) {
        mdh_take_error(t);
        buf_puts(b, "?");
        return;
    }
    Slice s = mdh_str_slice(text);
    buf_put(b, s.ptr, s.len > 60 ? 60 : s.len);
}

// ---- the source's lines -----------------------------------------------------------------

// Of the file looked at last; tracing walks back and forth within one mostly.
typedef struct Source {
    const char *file;
    Buf text;
    VEC(uint32_t) starts;    // offset of each line
} Source;

static void read_source(Source *s, const char *file)
{
    buf_deinit(&s->text);
    buf_init(&s->text, MAX_SOURCE);
    vec_clear(&s->starts);
    s->file = file;
    if (os_read_file(file, MAX_SOURCE, &s->text, NULL) != MDH_OK) buf_clear(&s->text);
    for (size_t at = 0; at < s->text.len; at++) {
        bool starts = at == 0 || s->text.data[at - 1] == '\n';
        if (starts && !vec_push(&s->starts, (uint32_t)at)) return;
    }
}

// Without its indentation; empty when the file is not to be had.
static Slice line_text(const char *file, uint32_t line)
{
    static _Thread_local Source source;
    if (source.file != file) read_source(&source, file);
    if (line < 1 || line > source.starts.len) return SLICE_NONE;
    Slice rest = slice_from(buf_view(&source.text), source.starts.items[line - 1]);
    size_t end = slice_find_char(rest, '\n');
    return slice_trim(slice_sub(rest, 0, end == SLICE_NOT_FOUND ? rest.len : end));
}

// ---- the commentary -----------------------------------------------------------------------

static void begin_line(const MdhThread *t, Buf *b, uint32_t line)
{
    uint32_t depth = call_depth(t);
    buf_fill(b, ' ', depth > MAX_INDENT / 2 ? MAX_INDENT : 2 * depth);
    buf_printf(b, "[line %u] ", line);
}

static void put_line(const MdhThread *t, Buf *b, const VmCode *code, uint32_t line)
{
    Slice text = line_text(code->info.file, line);
    begin_line(t, b, line);
    if (text.len) buf_put_slice(b, slice_sub(text, 0, MAX_TEXT));
    else buf_puts(b, code->info.name);
    buf_putc(b, '\n');
}

static void put_instruction(MdhThread *t, Buf *b, uint32_t word, const MdhValue *r, uint32_t line)
{
    const char *operands = bc_op_operands(BC_OP(word));
    bool jumps = strchr(bc_op_extra(BC_OP(word)), 'j') != NULL;
    begin_line(t, b, line);
    buf_printf(b, "  %s", bc_op_name(BC_OP(word)));
    for (int i = 0; i < 3; i++) {
        uint32_t reg = word >> (8 + 8 * i) & 255;
        // A range of no registers: what lies there is anybody's.
        bool none = i == 1 && operands[2] == 'u' && !jumps && BC_C(word) == 0;
        if ((operands[i] != 's' && operands[i] != 'x') || none) continue;
        buf_printf(b, " r%u=", reg);
        put_value(t, b, r[reg]);
    }
    buf_putc(b, '\n');
}

void vm_trace_step(MdhThread *t, const VmCode *code, const uint32_t *ip, const MdhValue *r)
{
    static _Thread_local const VmCode *last_code;
    static _Thread_local uint32_t last_line;
    static _Thread_local MdhFrame *last_fp;
    size_t at = (size_t)(ip - code->info.code);
    uint32_t line = code->info.lines[at];
    bool new_line = code != last_code || line != last_line || t->fp != last_fp;
    Buf b;
    if ((!new_line && vm_trace < 2) || code->module == vm_base) return;
    buf_init(&b, TRACE_LINE_MAX);
    if (new_line) put_line(t, &b, code, line);
    if (vm_trace > 1) put_instruction(t, &b, code->bc->code.items[at], r, line);
    mdh_err_write(b.data, b.len);
    buf_deinit(&b);
    last_code = code;
    last_line = line;
    last_fp = t->fp;
}
