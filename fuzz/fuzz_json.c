// SPDX-License-Identifier: MIT
// Any octets through the JSON reader. Beyond not crashing: the depth count comes back to zero,
// a failure is a catchable error, and what was read, once written, reads and writes the same
// again, on one line and pretty. Every other input meets an allocation that fails.

#include <stdlib.h>

#include "runtime/core/throw.h"
#include "runtime/data/json.h"
#include "runtime/data/text.h"

#define RESET_EVERY 200 // inputs share a heap that is never collected

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) abort();
}

static MdhThread *thread(void)
{
    static MdhThread *t;
    static int uses;
    if (t && ++uses < RESET_EVERY) return t;
    if (t) mdh_runtime_reset();
    uses = 0;
    require(mdh_runtime_init());
    t = mdh_thread_new("fuzz");
    require(t != NULL);
    return t;
}

// The value's JSON, or MDH_EXC.
static MdhValue write(MdhThread *t, MdhValue v, bool pretty)
{
    MdhSb sb;
    mdh_sb_init(&sb);
    if (mdh_json_write(t, &sb, v, pretty)) return mdh_sb_finish(t, &sb);
    mdh_sb_deinit(&sb);
    return MDH_EXC;
}

static MdhValue read(MdhThread *t, MdhValue text)
{
    MdhValue v = mdh_json_parse(t, mdh_str_slice(text));
    require(t->data_depth == 0);
    if (mdh_is_exc(v)) require(mdh_is_str(mdh_take_error(t)));
    return v;
}

// Reads the JSON of a value and writes it once more.
static MdhValue again(MdhThread *t, MdhValue text, bool pretty)
{
    MdhValue v = read(t, text);
    require(!mdh_is_exc(v));
    v = write(t, v, pretty);
    require(!mdh_is_exc(v));
    return v;
}

// From the second writing on: the first one loses the sign of a float that is -0.
static void check_same(MdhThread *t, MdhValue v)
{
    for (int pretty = 0; pretty < 2; pretty++) {
        MdhValue text = write(t, v, pretty);
        require(!mdh_is_exc(text));
        text = again(t, text, pretty);
        require(mdh_str_eq(text, again(t, text, pretty)));
    }
}

static void with_little_memory(MdhThread *t, MdhValue text, uint64_t k)
{
    mdh_gc_fail_after(k);
    MdhValue v = mdh_json_parse(t, mdh_str_slice(text));
    if (!mdh_is_exc(v)) v = write(t, v, false);
    mdh_gc_fail_after(0);
    if (mdh_is_exc(v)) require(mdh_is_str(mdh_take_error(t)));
    require(t->data_depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MdhThread *t = thread();
    MdhValue text = mdh_text_lossy(t, (const char *)data, size);
    require(!mdh_is_exc(text));
    MdhValue v = read(t, text);
    if (!mdh_is_exc(v)) check_same(t, v);
    if (size) with_little_memory(t, text, 1 + data[size / 2] % 32);
    return 0;
}
