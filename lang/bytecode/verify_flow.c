// SPDX-License-Identifier: MIT
// The second half of the verifier: what the registers hold. A worklist carries the state before
// each leader (an instruction that control may jump to) along the instructions that follow it,
// until nothing changes any more; where two ways meet, a register that they disagree on holds
// nothing that may be read.
//
// This keeps apart what the dispatcher does not look at: cells, rooms, loop states, kept errors.
// States only settle when all ways are known, so a first pass carries them and says nothing; a
// second one, over settled states, checks what is read. Reading one thing as another is refused,
// and so is reading what no instruction has written. Two things are not followed: after a finally
// the same register is a value on some ways and a kept error on others, told apart by a number in
// the register above it (FLOW_EITHER, also where only one of the two is possible); and a place of
// a room is a cell or a value for the whole function, from its first use on.
#include <string.h>

#include "lang/bytecode/verify_priv.h"

typedef struct Stash {
    uint32_t at;             // the STASH
    uint32_t *kept;          // what its registers held
} Stash;

typedef struct Flow {
    FnCheck *f;
    const BcProto *p;
    Arena *arena;
    uint32_t **states;       // before each leader; NULL: not reached yet
    uint32_t *state;         // the one being changed
    uint32_t *thrown;        // what a handler finds
    uint32_t *queue;         // leaders to look at again
    uint8_t *queued;
    uint32_t n_queue;
    uint8_t *places;         // FlowType of each place of the room; FLOW_NONE: not set yet
    VEC(Stash) stashes;
    bool stash_changed;
    bool checking;           // the second pass
    bool out_of_memory;
    uint32_t at;
} Flow;

static const char *const type_names[] = {
    "nothing", "a value", "a list", "a dict", "a function", "a cell", "a room", "a stash",
    "a range", "an iterator", "a loop's state", "a value or an error",
};

static bool lacks_memory(Flow *fl)
{
    fl->out_of_memory = true;
    return false;
}

// ---- meeting ----------------------------------------------------------------------------

static bool is_value(uint32_t x)
{
    FlowType t = FLOW_TYPE(x);
    return (t >= FLOW_VALUE && t <= FLOW_FUNCTION) || t == FLOW_EITHER;
}

static uint32_t meet(uint32_t a, uint32_t b)
{
    FlowType ta = FLOW_TYPE(a), tb = FLOW_TYPE(b);
    if (a == b) return a;
    if (ta == FLOW_EITHER || tb == FLOW_EITHER) return FLOW_EITHER;
    return is_value(a) && is_value(b) ? FLOW_VALUE : FLOW_NONE;
}

// Meets `n` words into `old`. True when that changed something.
static bool meet_all(uint32_t *old, const uint32_t *with, uint32_t n)
{
    bool changed = false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t met = meet(old[i], with[i]);
        changed |= met != old[i];
        old[i] = met;
    }
    return changed;
}

static void enqueue(Flow *fl, uint32_t at)
{
    if (fl->queued[at]) return;
    fl->queued[at] = 1;
    fl->queue[fl->n_queue++] = at;
}

// Control may come to the leader `to` with `state`.
static void flow_to(Flow *fl, uint32_t to, const uint32_t *state)
{
    uint32_t n = fl->p->nregs;
    if (fl->states[to]) {
        if (meet_all(fl->states[to], state, n)) enqueue(fl, to);
        return;
    }
    fl->states[to] = arena_alloc_array(fl->arena, n + 1, sizeof *state);
    if (!fl->states[to]) {
        lacks_memory(fl);
        return;
    }
    memcpy(fl->states[to], state, n * sizeof *state);
    enqueue(fl, to);
}

// ---- reading and writing ----------------------------------------------------------------

static bool fail(const Flow *fl, const char *what, uint32_t n)
{
    return fl->checking && verify_fail(fl->f, fl->at, "%s %u", what, n);
}

static bool want(Flow *fl, uint32_t reg, FlowType type)
{
    uint32_t has = fl->state[reg];
    bool fine = type == FLOW_VALUE ? is_value(has) : FLOW_TYPE(has) == type;
    if (!fine && fl->checking)
        verify_fail(fl->f, fl->at, "register %u holds %s where %s is due", reg,
                    type_names[FLOW_TYPE(has)], type_names[type]);
    return fine;
}

static bool want_values(Flow *fl, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!want(fl, first + i, FLOW_VALUE)) return false;
    return true;
}

// Holds something, whatever it is.
static bool want_any(Flow *fl, uint32_t reg)
{
    return FLOW_TYPE(fl->state[reg]) != FLOW_NONE ||
           fail(fl, "nothing was written to register", reg);
}

static bool set(Flow *fl, uint32_t reg, uint32_t x)
{
    fl->state[reg] = x;
    return true;
}

// A call leaves its result in `reg`; what lay above has been the callee's.
static bool set_result(Flow *fl, uint32_t reg)
{
    for (uint32_t i = reg + 1; i < fl->p->nregs; i++) fl->state[i] = FLOW_NONE;
    return set(fl, reg, FLOW_VALUE);
}

// ---- captured variables, rooms, stashes ---------------------------------------------------------

static bool place_of(Flow *fl, uint32_t room, uint32_t place, uint32_t *out)
{
    if (!want(fl, room, FLOW_ROOM)) return false;
    if (place >= FLOW_PAYLOAD(fl->state[room]))
        return fail(fl, "no such place in the room:", place);
    if (!fl->places[place]) fl->places[place] = FLOW_VALUE; // unset
    *out = fl->places[place];
    return true;
}

static bool set_place(Flow *fl, uint32_t room, uint32_t place, uint32_t has)
{
    uint32_t old;
    FlowType type = is_value(has) ? FLOW_VALUE : FLOW_TYPE(has);
    if (type != FLOW_VALUE && type != FLOW_CELL) return fail(fl, "puts no value into place", place);
    if (!want(fl, room, FLOW_ROOM)) return false;
    if (place < fl->f->n_room && !fl->places[place]) fl->places[place] = (uint8_t)type;
    if (!place_of(fl, room, place, &old)) return false;
    return old == type || fail(fl, "a cell here and a value there: place", place);
}

static bool captured(Flow *fl, uint32_t word, uint32_t *out)
{
    uint32_t index = word & 255;
    switch (BC_UP_KIND(word)) {
    case BC_UP_REG: *out = fl->state[index]; break;
    case BC_UP_PARENT: *out = fl->f->ups[index]; break;
    case BC_UP_ROOM:
        if (!place_of(fl, index, BC_UP_PLACE(word), out)) return false;
        break;
    default: *out = FLOW_VALUE;
    }
    if (is_value(*out)) *out = FLOW_VALUE;
    return *out == FLOW_VALUE || *out == FLOW_CELL || fail(fl, "captures no variable:", word);
}

static bool new_function(Flow *fl, uint32_t word)
{
    uint32_t i = BC_BX(word), n = fl->p->protos.items[i]->nups;
    // The inner function is looked at after this one: its list outlives this analysis.
    uint32_t *ups = fl->f->inner_ups[i];
    bool first = !ups;
    uint32_t has;
    if (first) ups = arena_alloc_array(fl->f->v->arena, n + 1, sizeof *ups);
    if (!ups) return lacks_memory(fl);
    for (uint32_t k = 0; k < n; k++) {
        if (!captured(fl, fl->p->code.items[fl->at + 1 + k], &has)) return false;
        ups[k] = first ? has : meet(ups[k], has);
    }
    fl->f->inner_ups[i] = ups;
    return set(fl, BC_A(word), FLOW_FUNCTION);
}

static Stash *stash_at(Flow *fl, uint32_t at)
{
    vec_each(Stash, s, &fl->stashes)
        if (s->at == at) return s;
    return NULL;
}

static bool stash(Flow *fl, uint32_t first, uint32_t n)
{
    Stash *s = stash_at(fl, fl->at);
    if (s) {
        fl->stash_changed |= meet_all(s->kept, fl->state + first, n);
    } else {
        Stash fresh = {fl->at, arena_alloc_array(fl->arena, n + 1, sizeof(uint32_t))};
        if (!fresh.kept || !avec_push(fl->arena, &fl->stashes, fresh))
            return lacks_memory(fl);
        memcpy(fresh.kept, fl->state + first, n * sizeof(uint32_t));
    }
    return set(fl, first, FLOW(FLOW_STASH, fl->at));
}

static bool unstash(Flow *fl, uint32_t dst, uint32_t first)
{
    if (!want(fl, first, FLOW_STASH) || !want(fl, first + 1, FLOW_VALUE)) return false;
    const Stash *s = stash_at(fl, FLOW_PAYLOAD(fl->state[first]));
    uint32_t n = s ? BC_B(fl->p->code.items[s->at]) : 0;
    if (!n || first + n > fl->p->nregs) return fail(fl, "no room for what was put aside:", n);
    memcpy(fl->state + first, s->kept, n * sizeof(uint32_t));
    return set(fl, dst, FLOW_VALUE);
}

// ---- loops ------------------------------------------------------------------------------

static bool want_loop(Flow *fl, uint32_t reg, uint32_t kind)
{
    if (fl->state[reg] != kind)
        return want(fl, reg, FLOW_TYPE(kind)) &&
               fail(fl, "another loop's state in register", reg);
    return want(fl, reg + 1, FLOW_LOOP) && want(fl, reg + 2, FLOW_LOOP);
}

static bool begin_loop(Flow *fl, uint32_t reg, uint32_t kind)
{
    set(fl, reg + 1, FLOW_LOOP);
    set(fl, reg + 2, FLOW_LOOP);
    return set(fl, reg, kind);
}

// ---- one instruction --------------------------------------------------------------------

static bool generic(Flow *fl, uint32_t word)
{
    const char *operands = bc_op_operands(BC_OP(word));
    RegRange r = verify_reads(fl->p, fl->at);
    for (int i = 0; i < 3; i++)
        if ((operands[i] == 's' || operands[i] == 'x') &&
            !(i == 1 && r.n && r.first == BC_B(word)) && // the first of a range that may be empty
            !want(fl, word >> (8 + 8 * i) & 255, FLOW_VALUE))
            return false;
    if (!want_values(fl, r.first, r.n)) return false;
    for (int i = 0; i < 3; i++)
        if (operands[i] == 'd' || operands[i] == 'x')
            set(fl, word >> (8 + 8 * i) & 255, FLOW_VALUE);
    return true;
}

static bool call(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word);
    RegRange r = verify_reads(fl->p, fl->at);
    if (BC_OP(word) == OP_CALLX && !want(fl, a + 2, FLOW_LIST)) return false;
    return want_values(fl, r.first, r.n) && set_result(fl, a);
}

static bool new_class(Flow *fl, uint32_t word)
{
    RegRange r = verify_reads(fl->p, fl->at);
    for (uint32_t i = 1; i < r.n; i++)
        if (!want(fl, r.first + i, FLOW_FUNCTION)) return false;
    return want(fl, r.first, FLOW_VALUE) && set(fl, BC_A(word), FLOW_VALUE);
}

static bool cells(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word), b = BC_B(word), has;
    const uint32_t *ups = fl->f->ups;
    uint32_t n = fl->p->code.items[fl->at + 1 < fl->p->code.len ? fl->at + 1 : fl->at];
    switch (BC_OP(word)) {
    case OP_NEWCELL: return set(fl, a, FLOW_CELL);
    case OP_BOX: return want(fl, a, FLOW_VALUE) && set(fl, a, FLOW_CELL);
    case OP_GETCELL: return want(fl, b, FLOW_CELL) && set(fl, a, FLOW_VALUE);
    case OP_SETCELL: return want(fl, a, FLOW_CELL) && want(fl, b, FLOW_VALUE);
    case OP_GETUP: return (ups[b] || fail(fl, "nothing captured as", b)) && set(fl, a, ups[b]);
    case OP_GETUPC:
        return (ups[b] == FLOW_CELL || fail(fl, "no cell captured as", b)) &&
               set(fl, a, FLOW_VALUE);
    case OP_SETUPC:
        return (ups[a] == FLOW_CELL || fail(fl, "no cell captured as", a)) &&
               want(fl, b, FLOW_VALUE);
    case OP_ROOM: return set(fl, a, n ? FLOW(FLOW_ROOM, n) : FLOW_VALUE);
    case OP_GETROOM: return place_of(fl, b, n, &has) && set(fl, a, has);
    default: return set_place(fl, a, n, fl->state[b]);
    }
}

static bool containers(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word), b = BC_B(word), c = BC_C(word);
    switch (BC_OP(word)) {
    case OP_NEWLIST: return want_values(fl, b, c) && set(fl, a, FLOW_LIST);
    case OP_APPEND: return want(fl, a, FLOW_LIST) && want_values(fl, b, c);
    case OP_SPREAD: return want(fl, a, FLOW_LIST) && want(fl, b, FLOW_VALUE);
    case OP_NEWDICT: case OP_FETCH: return set(fl, a, FLOW_DICT);
    case OP_DICTPUT:
        return want(fl, a, FLOW_DICT) && want(fl, b, FLOW_VALUE) && want(fl, c, FLOW_VALUE);
    case OP_IMPORT: return want(fl, a, FLOW_DICT);
    default: return want(fl, b, FLOW_DICT) && set(fl, a, FLOW_VALUE); // IMPORTED
    }
}

static bool loops(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word), b = BC_B(word), c = BC_C(word);
    switch (BC_OP(word)) {
    case OP_FORPREP: return want_values(fl, a, 2) && begin_loop(fl, a, FLOW_RANGE);
    case OP_FORLOOP: return want_loop(fl, a, FLOW_RANGE);
    case OP_ITERPREP: return want(fl, a, FLOW_VALUE) && begin_loop(fl, a, FLOW(FLOW_ITER, b));
    default: return want_loop(fl, a, FLOW(FLOW_ITER, c));
    }
}

// Checks what it reads, then changes fl->state into what is there after it.
static bool apply(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word), b = BC_B(word);
    switch (BC_OP(word)) {
    case OP_MOVE: return want_any(fl, b) && set(fl, a, fl->state[b]);
    case OP_NEWCELL: case OP_BOX: case OP_GETCELL: case OP_SETCELL: case OP_GETUP: case OP_GETUPC:
    case OP_SETUPC: case OP_ROOM: case OP_GETROOM: case OP_SETROOM: return cells(fl, word);
    case OP_STASH: return stash(fl, a, b);
    case OP_UNSTASH: return unstash(fl, a, b);
    case OP_FORPREP: case OP_FORLOOP: case OP_ITERPREP: case OP_ITERNEXT: return loops(fl, word);
    case OP_NEWLIST:
    case OP_APPEND:
    case OP_SPREAD:
    case OP_NEWDICT:
    case OP_DICTPUT:
    case OP_FETCH:
    case OP_IMPORT: case OP_IMPORTED: return containers(fl, word);
    case OP_NEWFN: return new_function(fl, word);
    case OP_KIN: return new_class(fl, word);
    case OP_CALL:
    case OP_CALLG:
    case OP_CALLB:
    case OP_CALLM:
    case OP_CALLA:
    case OP_CALLX: return call(fl, word);
    case OP_CATCHALL: return set(fl, a, FLOW_EITHER);
    case OP_RETHROW: return true; // what a finally kept is not followed
    default: return generic(fl, word);
    }
}

// ---- where control goes -----------------------------------------------------------------

// Registers that an instruction that throws may have changed by then.
static void spoil(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word), n = 0;
    switch (BC_OP(word)) {
    case OP_CALL: case OP_CALLG: case OP_CALLB: case OP_CALLM: case OP_CALLA: case OP_CALLX:
        n = fl->p->nregs - a;
        break;
    case OP_FORPREP: case OP_ITERPREP: n = 3; break;
    default: break;
    }
    for (uint32_t i = 0; i < n; i++) fl->thrown[a + i] = FLOW_NONE;
}

static void flow_to_handlers(Flow *fl, uint32_t word)
{
    for (uint32_t i = 0; i < fl->p->handlers.len; i++) {
        const BcHandler *h = &fl->p->handlers.items[i];
        if (fl->at < h->start || fl->at >= h->end) continue;
        memcpy(fl->thrown, fl->state, fl->p->nregs * sizeof *fl->state);
        spoil(fl, word);
        if (!h->keep_all) fl->thrown[h->reg] = FLOW_VALUE;
        flow_to(fl, h->target, fl->thrown);
        return; // the innermost one takes it
    }
}

// After the instruction at fl->at: its jump, with what only the jump brings about, and then
// whatever only falling through does.
static void flow_to_jump(Flow *fl, uint32_t word)
{
    const char *j = strchr(bc_op_extra(BC_OP(word)), 'j');
    if (!j || BC_OP(word) == OP_NEWFN) return;
    uint32_t at = fl->at + 1 + (uint32_t)(j - bc_op_extra(BC_OP(word)));
    uint32_t target = at + 1 + fl->p->code.items[at], b = BC_B(word);
    if (BC_OP(word) == OP_FORLOOP || BC_OP(word) == OP_ITERNEXT) {
        bool two = BC_OP(word) == OP_ITERNEXT && BC_C(word) == 2;
        memcpy(fl->thrown, fl->state, fl->p->nregs * sizeof *fl->state);
        fl->thrown[b] = FLOW_VALUE;
        if (two) fl->thrown[b + 1] = FLOW_VALUE;
        flow_to(fl, target, fl->thrown);
    } else {
        flow_to(fl, target, fl->state);
    }
}

// HASKEY sets its register only when it falls through.
static bool step(Flow *fl, uint32_t word)
{
    uint32_t a = BC_A(word), was = fl->p->nregs ? fl->state[a < fl->p->nregs ? a : 0] : 0;
    flow_to_handlers(fl, word);
    if (!apply(fl, word) && fl->checking) return false;
    if (BC_OP(word) == OP_HASKEY) set(fl, a, was);
    flow_to_jump(fl, word);
    if (BC_OP(word) == OP_HASKEY) set(fl, a, FLOW_VALUE);
    return !fl->out_of_memory;
}

static bool walk(Flow *fl, uint32_t leader)
{
    const BcProto *p = fl->p;
    memcpy(fl->state, fl->states[leader], p->nregs * sizeof *fl->state);
    fl->at = leader;
    for (;;) {
        uint32_t word = p->code.items[fl->at];
        if (!step(fl, word)) return false;
        if (!verify_falls_through(BC_OP(word))) return true;
        fl->at += bc_op_length(p, p->code.items + fl->at);
        if (BC_OP(p->code.items[fl->at]) == OP_CATCHALL)
            return verify_fail(fl->f, fl->at, "no error to keep");
        if (fl->f->starts[fl->at] & AT_LEADER) {
            flow_to(fl, fl->at, fl->state);
            return !fl->out_of_memory;
        }
    }
}

static void enqueue_reached(Flow *fl)
{
    fl->stash_changed = false;
    for (uint32_t i = 0; i < fl->p->code.len; i++)
        if (fl->states[i]) enqueue(fl, i);
}

static bool settle(Flow *fl)
{
    while (fl->n_queue) {
        uint32_t at = fl->queue[--fl->n_queue];
        fl->queued[at] = 0;
        if (!walk(fl, at)) return false;
        if (!fl->n_queue && fl->stash_changed) enqueue_reached(fl);
    }
    return true;
}

static bool check(Flow *fl)
{
    fl->checking = true;
    for (uint32_t i = 0; i < fl->p->code.len; i++)
        if (fl->states[i] && !walk(fl, i)) return false;
    return true;
}

static bool allocate(Flow *fl, uint32_t n_words, uint32_t n_places)
{
    size_t n = (size_t)n_words + 1, regs = (size_t)fl->p->nregs + 1;
    if (!fl->arena) return false;
    fl->states = arena_alloc_array(fl->arena, n, sizeof *fl->states);
    fl->queue = arena_alloc_array(fl->arena, n, sizeof *fl->queue);
    fl->queued = arena_alloc(fl->arena, n);
    fl->places = arena_alloc(fl->arena, (size_t)n_places + 1);
    fl->state = arena_alloc_array(fl->arena, regs, sizeof *fl->state);
    fl->thrown = arena_alloc_array(fl->arena, regs, sizeof *fl->thrown);
    return fl->states && fl->queue && fl->queued && fl->places && fl->state && fl->thrown;
}

static bool analyse(Flow *fl)
{
    const BcProto *p = fl->p;
    uint32_t params = (uint32_t)p->nparams + p->is_method + p->has_rest;
    if (BC_OP(p->code.items[0]) == OP_CATCHALL) return verify_fail(fl->f, 0, "no error to keep");
    for (uint32_t i = 0; i < params; i++) fl->state[i] = FLOW_VALUE;
    flow_to(fl, 0, fl->state);
    return !fl->out_of_memory && settle(fl) && check(fl);
}

bool verify_flow(FnCheck *f)
{
    Flow fl = {.f = f, .p = f->p, .arena = arena_new()};
    fl.out_of_memory = !allocate(&fl, f->p->code.len, f->n_room);
    bool fine = !fl.out_of_memory && analyse(&fl);
    if (fl.out_of_memory) verify_no_memory(f);
    arena_free(fl.arena);
    return fine;
}
