// SPDX-License-Identifier: MIT
// What the two halves of the verifier share: verify.c looks at each instruction alone,
// verify_flow.c at what the registers hold when it is reached.
#ifndef MDH_LANG_BYTECODE_VERIFY_PRIV_H
#define MDH_LANG_BYTECODE_VERIFY_PRIV_H

#include "lang/bytecode/verify.h"

// What a register holds. Values of the language are one type here: their kinds are looked at
// when the program runs. Everything else must be what the instruction expects.
typedef enum FlowType {
    FLOW_NONE,               // nothing that may be read
    FLOW_VALUE,              // a value, or unset
    FLOW_LIST, FLOW_DICT,    // made right here, so known to be one; may be read as values too
    FLOW_FUNCTION,
    FLOW_CELL,               // of a captured variable
    FLOW_ROOM,               // of surplus variables; payload: how many
    FLOW_STASH,              // kept registers; payload: the STASH instruction
    FLOW_RANGE, FLOW_ITER,   // first of the three words of a loop's state
    FLOW_LOOP,               // one of the two others
    FLOW_EITHER,             // anything, or a kept error: a finally knows which from its other word
} FlowType;

#define FLOW(type, payload) ((uint32_t)(type) | (uint32_t)(payload) << 8)
#define FLOW_TYPE(f) ((FlowType)((f) & 255))
#define FLOW_PAYLOAD(f) ((f) >> 8)

typedef struct Verifier {
    const BcModule *m;
    Buf *why;
    Arena *arena;
    bool no_memory;
} Verifier;

// One function: which words begin an instruction, and what its captured variables are.
enum { AT_START = 1, AT_LEADER = 2 };
typedef struct FnCheck {
    Verifier *v;
    const BcProto *p;
    uint8_t *starts;         // AT_START, AT_LEADER: control may come here by a jump or a throw
    uint32_t n_room;         // places of its room
    uint32_t *ups;           // FLOW of each captured variable
    uint32_t **inner_ups;    // the same for each function inside, NULL until its NEWFN is met
} FnCheck;

bool verify_falls_through(Opcode op);
// Says why and returns false.
bool verify_fail(const FnCheck *f, uint32_t at, const char *format, ...) MDH_PRINTF(3, 4);
bool verify_no_memory(const FnCheck *f);

// Registers that the instruction at `at` reads beyond those its operands name, [first, first + n);
// n is 0 when there are none.
typedef struct RegRange {
    uint32_t first, n;
} RegRange;
RegRange verify_reads(const BcProto *p, uint32_t at);

bool verify_flow(FnCheck *f);
#endif
