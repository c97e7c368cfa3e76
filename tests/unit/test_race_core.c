// SPDX-License-Identifier: MIT
// Races on shared objects, from C threads: whatever the order, nothing may crash, tear or get
// lost, and a reader sees only what somebody stored.
#include <pthread.h>

#include "base/os.h"
#include "runtime/core/lock.h"
#include "runtime/data/bytes.h"
#include "tests/unit/rt.h"

#define THREADS 4
#define RUN_NS  (1500u * 1000 * 1000)

typedef struct Racer {
    void (*step)(MdhThread *t, int me, uint64_t i);
    int me;
    uint64_t steps;
} Racer;

static MdhValue shared; // kept alive by the stack of the test too
static uint64_t end_ns;
static int torn; // atomically

static void *run_racer(void *arg)
{
    Racer *r = arg;
    MdhThread *t = mdh_thread_new("racer");
    if (!t) return NULL;
    for (; r->steps % 64 || os_mono_ns() < end_ns; r->steps++) r->step(t, r->me, r->steps);
    mdh_thread_free(t);
    return NULL;
}

static uint64_t race(void (*step)(MdhThread *t, int me, uint64_t i))
{
    pthread_t threads[THREADS];
    Racer racers[THREADS];
    uint64_t total = 0;
    rt();
    mdh_many_threads = true;
    end_ns = os_mono_ns() + RUN_NS;
    for (int i = 0; i < THREADS; i++) {
        racers[i] = (Racer){step, i, 0};
        REQUIRE(pthread_create(&threads[i], NULL, run_racer, &racers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        total += racers[i].steps;
    }
    CHECK_EQ(torn, 0);
    return total;
}

static void check(bool ok)
{
    if (!ok) __atomic_add_fetch(&torn, 1, __ATOMIC_RELAXED);
}

// Bytes ---------------------------------------------------------------------------------------

// Octets are only ever stored with the top bit set, so anything else was never stored.
static void read_all(MdhThread *t)
{
    Slice s = mdh_bytes_slice_of(shared);
    MdhValue copy = mdh_bytes_sub(t, shared, 0, UINT64_MAX);
    if (mdh_is_exc(copy)) return;
    for (size_t i = 0; i < s.len; i++) check(s.ptr[i] & 0x80);
    s = mdh_bytes_slice_of(copy);
    for (size_t i = 0; i < s.len; i++) check(s.ptr[i] & 0x80);
}

static void set_some(MdhThread *t, uint64_t i)
{
    MdhValue key = mdh_fix((int64_t)(i % 3000));
    MdhValue v = __mdh_op_set_index(t, shared, key, mdh_fix(0x80 | (int64_t)(i & 0x7f)));
    if (mdh_is_exc(v)) mdh_take_error(t);
    v = __mdh_op_index(t, shared, key);
    if (mdh_is_exc(v)) mdh_take_error(t);
    else check(mdh_fixint(v) & 0x80);
}

// One thread at a time: the second of two would make the bytes longer again, with zeros.
static void cut_short(MdhThread *t, uint64_t n)
{
    static bool cutting;
    if (__atomic_exchange_n(&cutting, true, __ATOMIC_ACQUIRE)) return;
    if (mdh_bytes_len(shared) > 6000) mdh_bytes_resize(t, shared, n);
    __atomic_store_n(&cutting, false, __ATOMIC_RELEASE);
}

static void append_some(MdhThread *t, uint64_t i)
{
    static const unsigned char octets[7] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87};
    mdh_bytes_append(t, shared, octets, 1 + i % 7);
    if (mdh_bytes_len(shared) > 6000) cut_short(t, 700 + i % 100);
}

static void hammer_bytes(MdhThread *t, int me, uint64_t i)
{
    switch ((me + i / 200) % 4) {
    case 0: append_some(t, i); break;
    case 1: set_some(t, i); break;
    case 2:
        if (i % 50 == 0) read_all(t);
        break;
    default: (void)mdh_bytes_view(t, shared, i % 50, 600); break;
    }
}

TEST(racing_on_bytes)
{
    MdhValue keep = shared = mdh_bytes_from(rt(), "\x80", 1);
    mdh_gc_add_root(&shared, &shared + 1);
    race(hammer_bytes);
    CHECK(mdh_bytes_len(keep) < 7000);
    CHECK_EQ(mdh_obj(keep)->lock, 0);
}

// Each thread owns the octets i * THREADS + me; nobody else writes them, so it always finds its
// last value, although others append, slice and resize meanwhile.
static void own_octets(MdhThread *t, int me, uint64_t i)
{
    static _Thread_local uint8_t last[100];
    uint64_t slot = i % 100, at = slot * THREADS + (uint64_t)me;
    if (i >= 100) {
        MdhValue v = __mdh_op_index(t, shared, mdh_fix((int64_t)at));
        check(!mdh_is_exc(v) && mdh_fixint(v) == last[slot]);
    }
    last[slot] = (uint8_t)(i * 7);
    MdhValue v = __mdh_op_set_index(t, shared, mdh_fix((int64_t)at), mdh_fix(last[slot]));
    check(!mdh_is_exc(v));
    if (i % 5 == 0) mdh_bytes_append(t, shared, "abc", 3);
    if (i % 9 == 0) (void)mdh_bytes_sub(t, shared, 0, 2000);
    if (i % 5000 == 0) mdh_bytes_resize(t, shared, 1000);
}

TEST(no_store_is_lost)
{
    MdhValue keep = shared = mdh_bytes_new(rt(), 1000);
    mdh_gc_add_root(&shared, &shared + 1);
    race(own_octets);
    CHECK(mdh_is_bytes(keep));
}

// A slice taken and returned never changes any more, whoever writes to the original.
static void slices_stay(MdhThread *t, int me, uint64_t i)
{
    if (me < 2) {
        MdhWindow *w = mdh_bytes_write_begin(t, shared);
        if (!w) return;
        memset(w->data, (int)(i & 0x7f), w->len);
        mdh_bytes_write_end(shared);
        return;
    }
    MdhValue s = mdh_bytes_sub(t, shared, 0, 4000);
    if (mdh_is_exc(s)) return;
    unsigned char before[4000];
    Slice octets = mdh_bytes_slice_of(s);
    memcpy(before, octets.ptr, octets.len);
    for (int k = 0; k < 200; k++) __asm__ volatile("");
    check(memcmp(before, mdh_bytes_slice_of(s).ptr, octets.len) == 0);
}

TEST(slices_do_not_change)
{
    MdhValue keep = shared = mdh_bytes_new(rt(), 4000);
    mdh_gc_add_root(&shared, &shared + 1);
    race(slices_stay);
    CHECK_EQ(mdh_bytes_len(keep), 4000);
}

// Strings --------------------------------------------------------------------------------------

static bool is_run_of(Slice s, char c)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != c) return false;
    return true;
}

// All threads append to the same string: one claims the tail, the others copy.
static void append_to_shared(MdhThread *t, int me, uint64_t i)
{
    MdhValue base = MDH_SLOT_LOAD(&shared);
    char mine[8];
    memset(mine, 'a' + me, sizeof mine);
    MdhValue piece = mdh_str_new(t, mine, 1 + i % 8);
    MdhValue s = mdh_str_concat(t, base, piece);
    if (mdh_is_exc(s)) return;
    Slice text = mdh_str_slice(s), head = mdh_str_slice(base);
    check(text.len == head.len + 1 + i % 8);
    check(memcmp(text.ptr, head.ptr, 16) == 0);
    check(is_run_of(slice_from(text, head.len), (char)('a' + me)));
    (void)mdh_str_hash(base);
    check(mdh_str_nchars(base) == head.len);
    if (i % 16 == 0 && text.len < 3000) {
        MDH_STORE_BARRIER(NULL, s);
        MDH_SLOT_STORE(&shared, s);
    }
    if (text.len >= 3000 && me == 0) MDH_SLOT_STORE(&shared, mdh_str_sub(t, s, 0, 500));
    for (int k = 0; k < 20; k++) __asm__ volatile("");
    check(is_run_of(slice_from(mdh_str_slice(s), head.len), (char)('a' + me)));
}

TEST(racing_appends_to_one_string)
{
    MdhValue keep = shared = mdh_str_repeat(rt(), rt_str("x"), 400);
    mdh_gc_add_root(&shared, &shared + 1);
    race(append_to_shared);
    CHECK(is_run_of(mdh_str_slice(keep), 'x'));
}

static void index_shared(MdhThread *t, int me, uint64_t i)
{
    uint32_t at = (uint32_t)(i * 31 + (uint64_t)me) % 3000;
    MdhValue c = mdh_str_char(t, MDH_SLOT_LOAD(&shared), at);
    static const char *const want[] = {"a", "ñ", "€"};
    check(mdh_is_exc(c) || mdh_str_is(c, want[at % 3]));
    if (i % 500 == 0 && me == 0) {
        MdhValue fresh = mdh_str_repeat(t, mdh_str_c(t, "añ€"), 1000);
        if (!mdh_is_exc(fresh))
            __atomic_store_n(&shared.bits, fresh.bits, __ATOMIC_RELEASE);
    }
}

TEST(racing_index_of_one_string)
{
    MdhValue keep = shared = mdh_str_repeat(rt(), rt_str("añ€"), 1000);
    mdh_gc_add_root(&shared, &shared + 1);
    race(index_shared);
    CHECK_EQ(mdh_str_nchars(keep), 3000);
}

static void intern_some(MdhThread *t, int me, uint64_t i)
{
    char text[32];
    int n = snprintf(text, sizeof text, "word%d", (int)((i + (uint64_t)me * 7) % 20000));
    MdhValue a = mdh_str_intern(t, text, (size_t)n), b = mdh_str_intern(t, text, (size_t)n);
    check(mdh_same(a, b) && mdh_str_is(a, text));
    n = snprintf(text, sizeof text, "key%d", (int)(i % 5000));
    MdhValue k = mdh_str_key(t, text, (size_t)n);
    check(mdh_is_exc(k) || mdh_str_is(k, text));
}

TEST(racing_interning)
{
    rt();
    race(intern_some);
}
