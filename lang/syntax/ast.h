// SPDX-License-Identifier: MIT
// The syntax tree: what the parser makes and the compiler, formatter, docs and editor read.
// Close to the source; nothing is desugared. Everything lives in the parse arena and is
// never changed after syntax_parse returned. Names, texts and values are slices into the
// source or the arena.

#ifndef MDH_LANG_SYNTAX_AST_H
#define MDH_LANG_SYNTAX_AST_H

#include "base/common.h"
#include "base/slice.h"

// Nesting that the parser accepts, and the height that no tree passes: long chains such as
// `a + b + c …` lean to the left and make a high tree without nesting. A reader may recurse
// over a tree freely, its depth is at most AST_MAX_HEIGHT.
#define AST_MAX_DEPTH  1000
#define AST_MAX_HEIGHT 3000

// clang-format off
// Kinds: A(id, name, doc). The doc names the union member and its fields; `?` means may be
// NULL.
#define AST_STATEMENTS(A)                                                                  \
    A(PROGRAM,    "program",    "list: the top-level statements")                          \
    A(KEN,        "ken",        "ken: name (may be `_`), value?, doc")                     \
    A(KEN_LIST,   "ken_list",   "ken_list: targets (PAT_BIND, PAT_WILD, PAT_REST), value") \
    A(DAE,        "dae",        "function: declared function or method")                   \
    A(KIN,        "kin",        "kin: name, superclass?, methods (DAE), doc")              \
    A(THING,      "thing",      "thing: name, fields, doc")                                \
    A(FETCH,      "fetch",      "fetch: path (raw text), alias?")                          \
    A(GIN,        "gin",        "gin: arms {cond, body} with the `ither gin` ones; ither?") \
    A(WHILES,     "whiles",     "whiles: cond, body")                                      \
    A(FER,        "fer",        "fer: first, second?, iterable, body")                     \
    A(GIE,        "gie",        "operand: value?")                                         \
    A(BLETHER,    "blether",    "operand: value")                                          \
    A(BRAK,       "brak",       "nothing")                                                 \
    A(HAUD,       "haud",       "nothing")                                                 \
    A(TRY,        "try",        "try_: body, error_name? (may be `_`), handler?, finally?")      \
    A(MAK_SICCAR, "mak_siccar", "mak_siccar: cond, message?")                              \
    A(LOG,        "log",        "log: level, args (1 to 3)")                               \
    A(HURL,       "hurl",       "operand: value")                                          \
    A(BLOCK,      "block",      "list: statements in a scope of their own")                \
    A(EXPR_STMT,  "expr_stmt",  "operand: the expression")

#define AST_EXPRESSIONS(A)                                                                 \
    A(INT,        "int",        "integer: value, src")                                     \
    A(FLOAT,      "float",      "floating: value, src")                                    \
    A(STRING,     "string",     "string: value (escapes done), src (with quotes)")         \
    A(BYTES,      "bytes",      "string: value (octets), src")                             \
    A(FSTRING,    "fstring",    "fstring: parts, src")                                     \
    A(BOOL,       "bool",       "boolean: aye or nae")                                     \
    A(NAETHING,   "naething",   "nothing")                                                 \
    A(MASEL,      "masel",      "nothing")                                                 \
    A(IDENT,      "ident",      "ident: name")                                             \
    A(GROUP,      "group",      "operand: the expression in parentheses")                  \
    A(SPEIR,      "speir",      "operand: the prompt")                                     \
    A(LIST,       "list",       "list: elements, SPREAD among them")                       \
    A(DICT,       "dict",       "dict: pairs {key, value}, keys are expressions")          \
    A(BLOCK_EXPR, "block_expr", "list: statements; value is the first `gie`'s, else naething")   \
    A(LAMBDA,     "lambda",     "function: without name")                                  \
    A(TERNARY,    "ternary",    "ternary: cond, yes, no")                                  \
    A(BINARY,     "binary",     "binary: op (AstOp), left, right")                         \
    A(AN,         "an",         "binary: left, right; short-circuit")                      \
    A(OR,         "or",         "binary: left, right; short-circuit")                      \
    A(NEGATE,     "negate",     "operand: unary minus")                                    \
    A(NOT,        "not",        "operand: `nae x` or `!x`")                                \
    A(PIPE,       "pipe",       "binary: left, right; a CALL on the right gets left first") \
    A(ASSIGN,     "assign",     "assign: target (IDENT, PROPERTY, INDEX), value")          \
    A(COMPOUND,   "compound",   "assign: op, target (IDENT, PROPERTY, INDEX), value")      \
    A(CALL,       "call",       "call: callee, args: plain and SPREAD first, then KWARG")  \
    A(PROPERTY,   "property",   "property: object, name")                                  \
    A(INDEX,      "index",      "index: object, key")                                      \
    A(SLICE,      "slice",      "slice: object, start?, stop?, step?")                     \
    A(RANGE,      "range",      "range: start, end, inclusive (`..=`)")                    \
    A(SPREAD,     "spread",     "operand: `...e`, only in LIST and CALL")                  \
    A(KWARG,      "kwarg",      "kwarg: name, value; only in CALL")                        \
    A(KEEK,       "keek",       "keek: subject, arms, is_expr; statement or expression")   \
    A(ERROR,      "error",      "nothing: stands where the source had a syntax error")

#define AST_PATTERNS(A)                                                                    \
    A(PAT_VALUE,  "pat_value",  "operand: INT FLOAT STRING BOOL NAETHING; minus signs folded")   \
    A(PAT_RANGE,  "pat_range",  "pat_range: start (integer), end (expression, not included)")    \
    A(PAT_WILD,   "pat_wild",   "nothing: `_`")                                            \
    A(PAT_BIND,   "pat_bind",   "ident: name that gets the value")                         \
    A(PAT_LIST,   "pat_list",   "list: patterns, at most one PAT_REST among them")         \
    A(PAT_REST,   "pat_rest",   "ident: name (may be `_`) that gets the rest; only in lists")    \
    A(PAT_DICT,   "pat_dict",   "pat_dict: entries {key, pattern}")

// A KEEK in statement position stands in the statement list as it is, not inside an
// EXPR_STMT.
// clang-format on
#define AST_KINDS(A) AST_STATEMENTS(A) AST_EXPRESSIONS(A) AST_PATTERNS(A)

typedef enum {
#define A(id, name, doc) AST_##id,
    AST_KINDS(A)
#undef A
        AST_N_KINDS
} AstKind;

// Operators of BINARY and COMPOUND: O(id, text, precedence).
#define AST_OPS(O)                                                                         \
    O(EQ, "==", 6)                                                                         \
    O(NE, "!=", 6)                                                                         \
    O(LT, "<", 7)                                                                          \
    O(LE, "<=", 7)                                                                         \
    O(GT, ">", 7) O(GE, ">=", 7) O(ADD, "+", 8) O(SUB, "-", 8) O(MUL, "*", 9)              \
        O(DIV, "/", 9) O(MOD, "%", 9)

typedef enum {
#define O(id, text, precedence) AST_OP_##id,
    AST_OPS(O)
#undef O
        AST_N_OPS
} AstOp;

// Half-open octets [offset, end_offset) of the source; line and column (code points) from
// 1.
typedef struct {
    uint32_t line;
    uint32_t column;
    uint32_t offset;
    uint32_t end_offset;
} AstSpan;

typedef struct AstNode AstNode;

typedef struct {
    AstNode **items;
    uint32_t len;
} AstList;

// A name where it is declared. `_` (text "_") throws the value away; see ast_name_is_wild.
typedef struct {
    Slice text;
    AstSpan span;
} AstName;

typedef struct {
    AstName name;           // may be `_` in a lambda
    AstNode *default_value; // NULL: required
    bool is_rest;           // `...name`, the last one
} AstParam;

typedef struct {
    const AstName *name; // NULL for a lambda
    AstParam *params;
    uint32_t n_params;
    bool is_lambda;
    bool body_is_expr; // lambda: body is an expression, else it is a BLOCK
    AstNode *body;
    const Slice *doc; // text of the `##` lines above, NULL when none
} AstFunction;

typedef struct {
    AstNode *cond;
    AstNode *body; // BLOCK
} AstGinArm;

typedef struct {
    AstList patterns; // alternatives, at least one
    AstNode *guard;   // NULL when none
    // BLOCK, BLETHER, GIE, BRAK, HAUD or an expression. In a keek used as expression a body
    // in braces is a DICT or a BLOCK_EXPR instead of a BLOCK.
    AstNode *body;
    AstSpan span;
} AstKeekArm;

typedef struct {
    AstNode *key;
    AstNode *value;
} AstPair;

typedef struct {
    Slice key;        // escapes done
    AstNode *pattern; // `name` alone gives PAT_BIND of the same name
    AstSpan span;
    bool is_short; // written as a bare name
} AstDictPatEntry;

// `{x:*>8.2f}`: every part may be missing.
typedef struct {
    uint32_t fill; // code point, 0 when not given (then a space, or '0' with zero_pad)
    char align;    // '<' '>' '^' or 0
    bool zero_pad; // width written with a leading 0
    bool has_width, has_precision;
    uint32_t width;     // 0 .. AST_MAX_FORMAT
    uint32_t precision; // 0 .. AST_MAX_FORMAT
    char type;          // one of "dxXbofegs", or 0
    Slice src;          // the text after the `:`
} AstFormat;

#define AST_MAX_FORMAT 100000

typedef struct {
    Slice text; // literal piece, escapes done, when expr is NULL
    AstNode *expr;
    const AstFormat *format; // NULL when none
} AstFPart;

typedef enum {
    AST_LOG_ROAR = 1,
    AST_LOG_HOLLER,
    AST_LOG_BLETHER,
    AST_LOG_MUTTER,
    AST_LOG_WHISPER,
} AstLogLevel;

// clang-format off
struct AstNode {
    uint16_t kind;     // AstKind
    uint16_t height;   // 1 for a leaf, else one more than the highest child
    uint32_t op_line;  // line that a run-time error names: of the operator (binary,
                       // assignment, property, index), else of the first token
    AstSpan span;
    union {
        AstList list;
        AstNode *operand;
        const AstFunction *function;
        bool boolean;
        struct { int64_t value; Slice src; } integer;
        struct { double value; Slice src; } floating;
        struct { Slice value; Slice src; } string;
        struct { AstFPart *parts; uint32_t n_parts; Slice src; } fstring;
        struct { Slice name; } ident;
        struct { AstPair *pairs; uint32_t n_pairs; } dict;
        struct { AstNode *cond, *yes, *no; } ternary;
        struct { AstNode *left, *right; AstOp op; } binary;
        struct { AstNode *target, *value; AstOp op; } assign;
        struct { AstNode *callee; AstList args; } call;
        struct { AstNode *object; Slice name; uint32_t name_offset; } property;
        struct { AstNode *object, *key; } index;
        struct { AstNode *object, *start, *stop, *step; } slice;
        struct { AstNode *start, *end; bool inclusive; } range;
        struct { const AstName *name; AstNode *value; } kwarg;
        struct { AstNode *subject; AstKeekArm *arms; uint32_t n_arms; bool is_expr; } keek;
        struct { int64_t start; AstNode *end; } pat_range;
        struct { AstDictPatEntry *entries; uint32_t n_entries; } pat_dict;
        struct { const AstName *name; AstNode *value; const Slice *doc; } ken;
        struct { AstList targets; AstNode *value; } ken_list;
        struct {
            const AstName *name, *superclass;
            AstList methods;
            const Slice *doc;
        } kin;
        struct {
            const AstName *name;
            AstName *fields;
            uint32_t n_fields;
            const Slice *doc;
        } thing;
        struct { Slice path; const AstName *alias; Slice src; } fetch;
        struct { AstGinArm *arms; uint32_t n_arms; AstNode *ither; } gin;
        struct { AstNode *cond, *body; } whiles;
        struct { const AstName *first, *second; AstNode *iterable, *body; } fer;
        struct {
            AstNode *body;
            const AstName *error_name;
            AstNode *handler, *finally;
        } try_;
        struct { AstNode *cond, *message; } mak_siccar;
        struct { AstLogLevel level; AstList args; } log;
    };
};
// clang-format on

static inline bool ast_name_is_wild(const AstName *name)
{
    return name->text.len == 1 && name->text.ptr[0] == '_';
}

// The name of a kind ("binary") and the text of an operator ("+").
const char *ast_kind_name(AstKind kind);
const char *ast_op_text(AstOp op);

// Calls `visit` for each direct child in source order: statements, expressions, patterns,
// default values, interpolations, guards. Declared names are not nodes and not visited.
typedef void (*AstVisitor)(void *context, AstNode *child);
void ast_each_child(const AstNode *node, AstVisitor visit, void *context);

#endif
