// SPDX-License-Identifier: MIT
// Threads at one list, dict, creel and instance, with every operation at once. What must hold
// under any race: no crash, every value read is one that was stored, a snapshot stands still,
// and a store to one index or key is never lost because of an operation on another.
#include <pthread.h>

#include "base/os.h"
#include "runtime/core/rng.h"
#include "runtime/data/dict_priv.h"
#include "tests/unit/data_helpers.h"

#define THREADS 6
#define RUN_NS  200000000u

typedef struct Worker {
    pthread_t id;
    MdhThread *t;
    int number;
    void (*work)(struct Worker *w);
    uint64_t rounds, bad;
} Worker;

// What the tests share, known to the collector.
static struct {
    MdhValue box, words[4], instances[64], raw_object;
} roots;
#define shared    roots.box
#define words     roots.words
#define instances roots.instances
#define raw_object roots.raw_object

static uint64_t stop_at;

// The main thread's record, with the collector told of the roots before anything is in them.
static MdhThread *main_thread(void)
{
    static bool known;
    MdhThread *t = the_thread();
    if (!known) mdh_gc_add_root(&roots, &roots + 1);
    known = true;
    return t;
}

static bool go_on(Worker *w)
{
    return ++w->rounds % 16 != 0 || os_mono_ns() < stop_at;
}
static uint64_t below(Worker *w, uint64_t n)
{
    return mdh_rng_below(w->t, n);
}
static void expect(Worker *w, bool ok)
{
    w->bad += !ok;
}

static void *worker_main(void *arg)
{
    Worker *w = arg;
    w->t = mdh_thread_new("worker");
    if (!w->t) {
        w->bad = 1;
        return NULL;
    }
    while (go_on(w)) w->work(w);
    mdh_thread_free(w->t);
    return NULL;
}

static void run_workers(void (*work)(Worker *))
{
    static Worker workers[THREADS];
    uint64_t rounds = 0;
    mdh_many_threads = true;
    stop_at = os_mono_ns() + RUN_NS;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (Worker){.number = i, .work = work};
        REQUIRE(pthread_create(&workers[i].id, NULL, worker_main, &workers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].id, NULL);
        CHECK_EQ(workers[i].bad, 0);
        rounds += workers[i].rounds;
    }
    CHECK(rounds > 100);
}

// Values that can be told from rubbish: integers whose halves agree, a few floats and strings.
static MdhValue some_value(Worker *w)
{
    uint64_t x = below(w, UINT64_C(1) << 28);
    switch (x % 8) {
    case 0: return words[x / 8 % 4];
    case 1: return mdh_float(w->t, (double)(x & 0xffff) + 0.5);
    default: return mdh_fix((int64_t)(x << 28 | x));
    }
}

static bool is_valid(MdhValue v)
{
    if (mdh_is_fixint(v)) {
        uint64_t i = (uint64_t)mdh_fixint(v);
        return i >> 28 == (i & 0xfffffff);
    }
    if (mdh_is_flonum(v)) return mdh_flonum(v) >= 0.5 && mdh_flonum(v) < 65536;
    for (int i = 0; i < 4; i++)
        if (mdh_same(v, words[i])) return true;
    return false;
}

static void check_list(Worker *w, MdhValue list)
{
    expect(w, mdh_is_list(list));
    for (uint64_t i = 0, n = mdh_list_len(list); i < n; i++)
        expect(w, is_valid(mdh_list_get(w->t, list, i)));
}

// A frozen buffer holds only values, the same ones each time.
static void check_snapshot(Worker *w)
{
    uint64_t n, sum[2] = {0, 0};
    const MdhListBuf *b = mdh_list_freeze(shared, &n);
    for (int pass = 0; pass < 2; pass++) {
        for (uint64_t i = 0; i < n; i++) {
            MdhValue v = mdh_listbuf_get(w->t, b, i);
            expect(w, is_valid(v));
            sum[pass] = sum[pass] * 31 + v.bits;
        }
    }
    expect(w, sum[0] == sum[1]);
}

static void read_list(Worker *w)
{
    uint64_t n = mdh_list_len(shared);
    if (n == 0) return;
    MdhValue v = mdh_list_get(w->t, shared, below(w, n));
    expect(w, mdh_is_absent(v) || is_valid(v));
}

static void write_list(Worker *w)
{
    MdhThread *t = w->t;
    uint64_t n = mdh_list_len(shared), what = below(w, 12);
    MdhValue few[3] = {some_value(w), some_value(w), some_value(w)}, v;
    switch (what) {
    case 0: expect(w, n > 500 || mdh_list_extend(t, shared, mdh_list_of(t, 3, few))); break;
    case 1:
    case 2:
    case 3:
        v = mdh_list_pop(t, shared);
        expect(w, mdh_is_absent(v) || is_valid(v));
        break;
    case 4:
        if (below(w, 20) == 0) mdh_list_clear(t, shared);
        break;
    case 5:
    case 6:
    case 7:
        if (n && !mdh_list_set(t, shared, below(w, n), few[0])) mdh_take_error(t);
        break;
    default: expect(w, n > 500 || mdh_list_push(t, shared, few[0])); break;
    }
}

static void any_list_operation(Worker *w)
{
    MdhThread *t = w->t;
    switch (below(w, 24)) {
    case 0:
        check_list(w, mdh_list_slice(t, shared, below(w, 20), 20 + below(w, 200)));
        break;
    case 1: check_list(w, mdh_list_copy(t, shared)); break;
    case 2: check_list(w, mdh_list_concat(t, shared, shared)); break;
    case 3: check_list(w, mdh_list_sort(t, shared, MDH_ABSENT)); break;
    case 4: check_snapshot(w); break;
    case 5:
    case 6:
    case 7:
    case 8: read_list(w); break;
    default: write_list(w); break;
    }
}

TEST(any_operation_on_one_list)
{
    MdhThread *t = main_thread();
    static const char *const texts[4] = {"a", "bb", "ccc", ""};
    for (int i = 0; i < 4; i++) words[i] = intern(texts[i]);
    shared = mdh_list_new(t, 0);
    run_workers(any_list_operation);
}

// Thread k alone writes index k; all push and pop above, widen, freeze.
static void own_index(Worker *w)
{
    MdhThread *t = w->t;
    uint64_t mine = (uint64_t)w->number;
    MdhValue v = mdh_fix((int64_t)w->rounds);
    expect(w, mdh_list_set(t, shared, mine, v));
    expect(w, mdh_list_push(t, shared, v));
    uint64_t n;
    if (w->rounds % 5 == 0) mdh_list_freeze(shared, &n);
    expect(w, mdh_same(mdh_list_get(t, shared, mine), v));
    if (w->rounds % 100) expect(w, !mdh_is_absent(mdh_list_pop(t, shared)));
    expect(w, mdh_same(mdh_list_get(t, shared, mine), v));
}

TEST(no_store_to_an_index_is_lost)
{
    shared = mdh_list_of_ints(main_thread(), 0, THREADS);
    run_workers(own_index);
}

// Thread k alone writes the keys k + 8 * j, as integers and as text.
static MdhValue own_key(Worker *w, uint64_t j, bool text)
{
    char name[32];
    if (!text) return mdh_fix((int64_t)(j * 8) + w->number);
    snprintf(name, sizeof name, "key-%d-%u", w->number, (unsigned)j);
    return mdh_str_c(w->t, name);
}

static void check_entries(Worker *w, MdhValue d, bool frozen)
{
    MdhDictIter it;
    MdhValue k, v;
    if (frozen) mdh_dict_iter(d, &it);
    else mdh_dict_scan(d, &it);
    while (mdh_dict_next(&it, &k, &v))
        expect(w,
               (mdh_is_fixint(k) || mdh_is_str(k)) && (mdh_is_fixint(v) || mdh_is_bool(v)));
}

static void own_entries(Worker *w)
{
    MdhThread *t = w->t;
    bool text = mdh_table_scatter_from > 100 && below(w, 2), was = false;
    uint64_t j = below(w, 40);
    MdhValue k = own_key(w, j, text), v = mdh_fix((int64_t)w->rounds);
    expect(w, mdh_dict_put(t, shared, k, v));
    expect(w, mdh_same(mdh_dict_get(shared, k), v));
    switch (below(w, 12)) {
    case 0: check_entries(w, mdh_dict_copy(t, shared), false); break;
    case 1: check_entries(w, shared, true); break;
    case 2: check_entries(w, shared, false); break;
    case 3:
    case 4:
    case 5:
        expect(w, mdh_dict_remove(t, shared, k, &was) && was);
        expect(w, mdh_is_absent(mdh_dict_get(shared, k)));
        break;
    default: break;
    }
    v = mdh_dict_get(shared, own_key(w, below(w, 40) * 8 + below(w, 8), false));
    expect(w, mdh_is_absent(v) || mdh_is_fixint(v));
}

TEST(no_store_to_a_key_is_lost)
{
    shared = mdh_dict_new(main_thread(), 0);
    run_workers(own_entries);
}

TEST(no_store_to_a_key_is_lost_where_entries_are_scattered)
{
    mdh_table_scatter_from = 9; // which is for keys that are no text
    shared = mdh_dict_new(main_thread(), 0);
    run_workers(own_entries);
    CHECK(mdh_dict_table(shared)->order != NULL || mdh_dict_len(shared) < 9);
}

static uint64_t caches[8];

// A few constant keys through shared cache words, in a dict that keeps being remade.
static void cached_entries(Worker *w)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    MdhThread *t = w->t;
    unsigned mine = (unsigned)w->number, other = (unsigned)below(w, 8);
    MdhValue k = mdh_str_intern(t, names[mine], 1), v = mdh_fix((int64_t)w->rounds);
    expect(w, mdh_dict_put_cached(t, shared, k, v, &caches[mine]));
    expect(w, mdh_same(mdh_dict_get_cached(shared, k, &caches[mine]), v));
    v = mdh_dict_get_cached(shared, mdh_str_intern(t, names[other], 1), &caches[other]);
    expect(w, mdh_is_absent(v) || mdh_is_fixint(v));
    bool was;
    if (w->rounds % 7 == 0) mdh_dict_remove(t, shared, k, &was);
    if (w->rounds % 11 == 0) check_entries(w, shared, true);
}

TEST(cache_words_are_shared_safely)
{
    shared = mdh_dict_new(main_thread(), 0);
    run_workers(cached_entries);
}

static void own_members(Worker *w)
{
    MdhThread *t = w->t;
    MdhValue k = own_key(w, below(w, 60), below(w, 2));
    bool was = false;
    expect(w, mdh_creel_add(t, shared, k));
    expect(w, mdh_creel_has(shared, k));
    if (below(w, 3) == 0) {
        expect(w, mdh_creel_remove(t, shared, k, &was) && was);
        expect(w, !mdh_creel_has(shared, k));
    }
    if (below(w, 30) == 0) expect(w, mdh_is_creel(mdh_creel_copy(t, shared)));
}

TEST(no_member_is_lost)
{
    shared = mdh_creel_new(main_thread(), 0);
    run_workers(own_members);
}

static uint64_t get_ics[THREADS][8], set_ics[THREADS][8];

// Everybody adds and stores its own fields in the same instances.
static void own_fields(Worker *w)
{
    MdhThread *t = w->t;
    MdhValue o = instances[below(w, 64)];
    unsigned f = (unsigned)below(w, 8);
    char name[16];
    snprintf(name, sizeof name, "f%d_%u", w->number, f);
    MdhValue k = mdh_str_intern(t, name, strlen(name)), v = mdh_fix((int64_t)w->rounds);
    expect(w, mdh_instance_set_cached(t, o, k, v, &set_ics[w->number][f]));
    expect(w, mdh_same(mdh_instance_get_cached(t, o, k, &get_ics[w->number][f]), v));
    snprintf(name, sizeof name, "f%u_%u", (unsigned)below(w, THREADS), f);
    v = mdh_instance_get(t, o, mdh_str_intern(t, name, strlen(name)), NULL);
    expect(w, mdh_is_absent(v) || mdh_is_fixint(v));
}

static MdhValue raw_values[6];

// Floats and others in one raw slot, with the lock and without: what is read was stored.
static void own_raw_values(Worker *w)
{
    MdhThread *t = w->t;
    static const char *const names[] = {"r0", "r1"};
    unsigned f = (unsigned)below(w, 2);
    MdhValue name = mdh_str_intern(t, names[f], 2), v = raw_values[below(w, 6)];
    if (mdh_is_flonum(v)) mdh_raw_store(mdh_instance(raw_object), f, mdh_flonum(v));
    else expect(w, mdh_instance_set_raw(t, raw_object, f, v));
    MdhValue got = mdh_instance_get(t, raw_object, name, NULL);
    bool known = false;
    for (int i = 0; i < 6; i++) known |= mdh_same(got, raw_values[i]);
    expect(w, known);
}

TEST(raw_slots_give_what_was_stored)
{
    MdhThread *t = main_thread();
    MdhValue names[] = {mdh_str_intern(t, "r0", 2), mdh_str_intern(t, "r1", 2)};
    MdhValue cls = mdh_class_new(t, names[0], NULL, 0, NULL, NULL, 2);
    REQUIRE(mdh_class_set_raw(t, mdh_ptr(cls), 2, names));
    raw_object = mdh_instance_new(t, mdh_ptr(cls));
    for (int i = 0; i < 6; i++) raw_values[i] = i % 2 ? mdh_float(t, i + 0.25) : mdh_fix(i);
    for (int i = 0; i < 2; i++)
        REQUIRE(mdh_instance_set(t, raw_object, names[i], raw_values[1], NULL));
    run_workers(own_raw_values);
}

TEST(no_field_is_lost)
{
    MdhThread *t = main_thread();
    for (int i = 0; i < 64; i++) {
        MdhValue cls = mdh_class_new(t, intern("C"), NULL, 0, NULL, NULL, (uint32_t)i % 8);
        instances[i] = mdh_instance_new(t, mdh_ptr(cls));
    }
    run_workers(own_fields);
}
