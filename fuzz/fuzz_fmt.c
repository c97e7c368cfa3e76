// SPDX-License-Identifier: MIT
// The formatter: whatever parses can be formatted, and formatting twice changes nothing.
// That the tokens and comments stay is checked by fmt_source itself.

#include <stdlib.h>

#include "tools/fmt/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool format(Slice source, Buf *out, uint32_t *errors)
{
    DiagList diags;
    diag_init(&diags, 0);
    buf_init(out, (size_t)64 << 20);
    bool ok = fmt_source(source, "fuzz.braw", out, &diags);
    *errors = diags.n_errors;
    diag_deinit(&diags);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Buf once, twice;
    uint32_t errors;
    bool ok = format(slice_make(data, size), &once, &errors);
    if (!ok && !errors) abort();
    if (ok) {
        if (!format(buf_view(&once), &twice, &errors)) abort();
        if (!slice_eq(buf_view(&once), buf_view(&twice))) abort();
        buf_deinit(&twice);
    }
    buf_deinit(&once);
    return 0;
}
