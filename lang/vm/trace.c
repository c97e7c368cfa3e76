// SPDX-License-Identifier: MIT
// The commentary of the `trace` command: one line on standard error whenever a new source line
// begins, indented by call depth; with values, also each instruction and its registers.
#include "base/buf.h"
#include "lang/vm/vm_priv.h"
#include "runtime/core/ops.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

#define TRACE_LINE_MAX 4096
#define MAX_INDENT 80

static uint32_t call_depth(const MdhThread *t)
{
    return (uint32_t)(t->fp - t->frames);
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

void vm_trace_step(MdhThread *t, const VmCode *code, const uint32_t *ip, const MdhValue *r)
{
    static _Thread_local const VmCode *last_code;
    static _Thread_local uint32_t last_line;
    static _Thread_local MdhFrame *last_fp;
    uint32_t line = code->info.lines[ip - code->info.code];
    bool new_line = code != last_code || line != last_line || t->fp != last_fp;
    if (!new_line && vm_trace < 2) return;
    if (code->module == vm_base) return;
    Buf b;
    buf_init(&b, TRACE_LINE_MAX);
    uint32_t indent = 2 * call_depth(t);
    for (uint32_t i = 0; i < indent && i < MAX_INDENT; i++) buf_putc(&b, ' ');
    buf_printf(&b, "[line %u] %s", line, code->info.name);
    if (vm_trace > 1) {
        buf_printf(&b, ": %s", bc_op_name(BC_OP(*ip)));
        const char *operands = bc_op_operands(BC_OP(*ip));
        uint32_t regs[3] = {BC_A(*ip), BC_B(*ip), BC_C(*ip)};
        for (int i = 0; i < 3; i++) {
            if (operands[i] != 's' && operands[i] != 'x') continue;
            buf_printf(&b, " r%u=", regs[i]);
            put_value(t, &b, r[regs[i]]);
        }
    }
    buf_putc(&b, '\n');
    mdh_err_write(b.data, b.len);
    buf_deinit(&b);
    last_code = code;
    last_line = line;
    last_fp = t->fp;
}
