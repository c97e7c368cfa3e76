// SPDX-License-Identifier: MIT
// What a person sees when a program does not compile.
#include "base/os.h"
#include "lang/driver/driver.h"

#define REPORT_MAX (1 << 20)

bool drv_report_diags(MdhThread *t, const DiagList *diags)
{
    if (!diags->n_errors) return false;
    Buf out;
    buf_init(&out, REPORT_MAX);
    if (diags->len) {
        buf_printf(&out, "%s: %s\n", report_exclamation(t), diags->items[0].message);
        report_context(&out, diags->items[0].source, diags->items[0].line);
        buf_putc(&out, '\n');
    }
    diag_render_all(diags, os_is_tty(2), &out);
    for (uint32_t i = 0; i < diags->len; i++)
        if (diags->items[i].hint) {
            buf_printf(&out, "💡 %s\n", diags->items[i].hint);
            break;
        }
    report_write(&out);
    return true;
}
