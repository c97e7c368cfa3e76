// SPDX-License-Identifier: MIT
// The loop: lines gather into an entry until its brackets and strings are closed; the entry runs
// in the session; its value or its error is shown.
#include "tools/repl/repl.h"

#include "base/os.h"
#include "runtime/core/ops.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "runtime/sys/out.h"

#define MAX_ENTRY ((size_t)64 << 20)
#define MAX_REPORT ((size_t)1 << 20)

static const char *prompt_of(const Repl *r)
{
    if (r->entry.len) return "mdhavers...> ";
    return vm_trace == 0   ? "mdhavers> "
           : vm_trace == 1 ? "mdhavers[trace]> "
                           : "mdhavers[trace:v]> ";
}

// ---- showing ------------------------------------------------------------------------------------

static void show_error(Repl *r)
{
    Buf out;
    buf_init(&out, MAX_REPORT);
    buf_puts(&out, "Och!: ");
    report_error_text(r->t, &out);
    buf_putc(&out, '\n');
    mdh_err_write(out.data, out.len);
    buf_deinit(&out);
}

static void show_diags(const DiagList *diags)
{
    Buf out;
    buf_init(&out, MAX_REPORT);
    for (uint32_t i = 0; i < diags->len; i++) {
        const Diag *d = &diags->items[i];
        if (d->severity != DIAG_ERROR) continue;
        buf_printf(&out, "Parse error: %s\n", d->message);
        if (d->hint) buf_printf(&out, "💡 %s\n", d->hint);
    }
    if (!out.len) buf_puts(&out, "Parse error: nae memory left\n");
    mdh_err_write(out.data, out.len);
    buf_deinit(&out);
}

static void show_value(Repl *r, MdhValue v)
{
    if (mdh_is_naething(v)) return;
    MdhValue text = mdh_show(r->t, v);
    if (mdh_is_exc(text)) {
        show_error(r);
        return;
    }
    Slice s = mdh_str_slice(text);
    mdh_out_write("=> ", 3);
    mdh_out_write(s.ptr, s.len);
    mdh_out_write("\n", 1);
}

static void interrupted(Repl *r)
{
    static const char text[] = "Interrupted! Use 'quit' tae leave.\n";
    buf_clear(&r->entry);
    mdh_out_write(text, sizeof text - 1);
}

// ---- running ----------------------------------------------------------------------------

static void run_entry(Repl *r)
{
    DiagList diags;
    bool compiled;
    diag_init(&diags, 0);
    os_interrupt_keep(repl_input_is_terminal());
    MdhValue v = drv_session_eval(r->session, r->t, buf_view(&r->entry), &diags, &compiled);
    bool stopped = os_interrupted() && mdh_is_exc(v); // whatever it broke
    os_interrupt_keep(false);
    if (stopped) {
        r->t->exiting = false;
        mdh_take_error(r->t);
        interrupted(r);
    } else if (r->t->exiting) {
        r->done = true;
        r->status = r->t->exit_status;
    } else if (!compiled) {
        show_diags(&diags);
    } else if (mdh_is_exc(v)) {
        show_error(r);
    } else {
        show_value(r, v);
    }
    diag_deinit(&diags);
    buf_clear(&r->entry);
}

static void take_line(Repl *r, Slice line)
{
    bool open = r->entry.len > 0;
    Slice trimmed = slice_trim(line);
    if (!open && !trimmed.len) return;
    if (repl_command(r, trimmed, open)) return;
    buf_put_slice(&r->entry, line);
    buf_putc(&r->entry, '\n');
    if (!repl_is_unfinished(buf_view(&r->entry))) run_entry(r);
}

static void one_turn(Repl *r, Buf *line)
{
    buf_clear(line);
    switch (repl_input_line(prompt_of(r), line)) {
    case REPL_LINE: take_line(r, buf_view(line)); break;
    case REPL_INTERRUPTED: interrupted(r); break;
    case REPL_END:
        if (r->entry.len) run_entry(r); // cut short: its error says so
        if (!r->done) repl_command(r, SLICE_LIT(":quit"), false);
        break;
    }
}

int repl_run(MdhThread *t)
{
    Buf line, hello;
    Repl r = {.t = t, .session = drv_session_new(t)};
    if (!r.session || !repl_input_open(&r)) {
        show_error(&r);
        return 1;
    }
    vm_polls = true;
    buf_init(&r.entry, MAX_ENTRY);
    buf_init(&line, MAX_ENTRY);
    buf_init(&hello, MAX_REPORT);
    repl_banner(&hello);
    mdh_out_write(hello.data, hello.len);
    buf_deinit(&hello);
    while (!r.done) one_turn(&r, &line);
    mdh_out_flush();
    repl_input_close();
    buf_deinit(&line);
    buf_deinit(&r.entry);
    return r.status;
}
