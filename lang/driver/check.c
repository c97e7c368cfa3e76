// SPDX-License-Identifier: MIT
// What `check` and editors say about a program that parses: names that nothing defines, builtins
// called with a wrong number of arguments, modules that are not there. All of these are errors
// only when they are executed, so here they are warnings; a name may also be defined by the
// program that fetches this file.
#include <string.h>

#include "abi/abi.h"
#include "base/os.h"
#include "lang/driver/driver.h"
#include "lang/syntax/codes.h"
#include "lang/syntax/resolve.h"

#define MAX_PATH_LEN 4096
#define MAX_SUGGESTED_LEN 40

extern const char mdh_prelude_source[];
extern const size_t mdh_prelude_len;

typedef struct Checker {
    const SyntaxTree *tree;
    DiagList *diags;
    Arena *arena;
    Resolution *names;
    Resolution *prelude;
    const char *dir;
    Map stored;              // names that the program assigns to without declaring them
    bool names_missing;      // a fetch that would have defined names leads nowhere
} Checker;

static Diag *warn(Checker *c, SyntaxCode code, const AstSpan *span, const char *text, Slice name)
{
    uint32_t len = span->end_offset - span->offset;
    DiagSpot spot = {c->tree->file, c->tree->source, span->line, span->column, len};
    return diag_add(c->diags, DIAG_WARNING, syntax_code(code), spot, text, SLICE_ARG(name));
}

// ---- did ye mean --------------------------------------------------------------------------------

// Insertions, deletions, changes and swaps of neighbours that turn a into b.
static size_t distance(Slice a, Slice b)
{
    size_t rows[3][MAX_SUGGESTED_LEN + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.len; j++) above[j] = before[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            size_t best = above[j - 1] + !same;
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
                           a.ptr[i - 2] == b.ptr[j - 1];
            if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
            row[j] = best;
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

typedef struct Nearest {
    Slice wanted, found;
    size_t at;               // the distance to beat
} Nearest;

static void consider(Nearest *n, Slice word)
{
    if (word.len > MAX_SUGGESTED_LEN || word.len + 2 < n->wanted.len ||
        word.len > n->wanted.len + 2)
        return;
    size_t d = distance(n->wanted, word);
    if (d >= n->at) return;
    n->at = d;
    n->found = word;
}

static void consider_scopes(Nearest *n, const Resolution *r)
{
    for (uint32_t i = 0; i < r->scopes.len; i++)
        for (uint32_t k = 0; k < r->scopes.items[i]->vars.len; k++)
            consider(n, r->scopes.items[i]->vars.items[k]->name);
}

static void consider_tables(Nearest *n)
{
    static const char *const keywords[] = {
#define KEYWORD(id, spelling, canonical, doc) spelling,
#include "abi/keywords.def"
    };
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) consider(n, slice_from_cstr(mdh_builtins[i].name));
    for (uint32_t i = 0; i < mdh_alias_count; i++)
        consider(n, slice_from_cstr(mdh_aliases[i].name));
    for (size_t i = 0; i < countof(keywords); i++) consider(n, slice_from_cstr(keywords[i]));
}

static void suggest(Checker *c, Diag *diag, Slice name)
{
    const char *scots = token_scots_for(name);
    Nearest n = {name, SLICE_NONE, name.len <= 2 ? 1 : name.len <= 4 ? 2 : 3};
    if (slice_eq_cstr(name, "masel")) {
        diag_hint(diag, "There's a masel only in a method");
        return;
    }
    if (scots) {
        diag_hint(diag, "Did ye mean '%s'?", scots);
        return;
    }
    if (name.len > MAX_SUGGESTED_LEN) return;
    consider_scopes(&n, c->names);
    consider_tables(&n);
    if (c->prelude) consider_scopes(&n, c->prelude);
    if (slice_eq(n.found, name))
        diag_hint(diag, "There's a '%.*s', but no' whaur this can see it", SLICE_ARG(name));
    else if (n.found.len)
        diag_hint(diag, "Did ye mean '%.*s'?", SLICE_ARG(n.found));
}

// ---- names ------------------------------------------------------------------------------

static bool is_constant(Slice name)
{
    static const char *const constants[] = {
#define C(name, value) #name,
#include "abi/constants.def"
#undef C
    };
    for (size_t i = 0; i < countof(constants); i++)
        if (slice_eq_cstr(name, constants[i])) return true;
    return false;
}

static bool is_kent(const Checker *c, Slice name)
{
    return mdh_builtin_find(name.ptr, name.len) || is_constant(name) ||
           (c->prelude && scope_find(c->prelude->module, name));
}

static void check_use(Checker *c, const void *key, const AstSpan *span)
{
    const Use *u = resolve_get(c->names, key);
    if (!u || u->n || c->names_missing || is_kent(c, u->name)) return;
    Diag *d = warn(c, SYN_UNKENT_NAME, span, "'%.*s' hasnae been defined onywhaur", u->name);
    suggest(c, d, u->name);
}

// ---- calls ------------------------------------------------------------------------------

static bool form_takes(const MdhBuiltin *row, uint32_t argc)
{
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f))
        if (argc >= f->nreq && (argc <= f->nmax || f->rest)) return true;
    return false;
}

static void put_counts(const MdhBuiltin *row, Buf *out)
{
    uint32_t least = row->nreq, most = row->nmax;
    bool rest = false;
    for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f)) {
        if (f->nreq < least) least = f->nreq;
        if (f->nmax > most) most = f->nmax;
        rest |= f->rest;
    }
    if (rest) buf_printf(out, "%u or mair arguments", least);
    else if (least == most) buf_printf(out, "%u argument%s", least, least == 1 ? "" : "s");
    else buf_printf(out, "%u tae %u arguments", least, most);
}

static void check_call(Checker *c, const AstNode *n, bool piped)
{
    const AstNode *callee = n->call.callee;
    const Use *u = callee->kind == AST_IDENT ? resolve_get(c->names, callee) : NULL;
    uint32_t argc = n->call.args.len + piped;
    if (!u || u->n || map_get(&c->stored, u->name, NULL)) return;
    for (uint32_t i = 0; i < n->call.args.len; i++) {
        AstKind kind = n->call.args.items[i]->kind;
        if (kind == AST_SPREAD || kind == AST_KWARG) return; // told only when it runs
    }
    const MdhBuiltin *row = mdh_builtin_find(u->name.ptr, u->name.len);
    if (!row || form_takes(row, argc) || (is_constant(u->name) && argc == 0)) return;
    Buf counts;
    buf_init(&counts, 128);
    put_counts(row, &counts);
    uint32_t len = callee->span.end_offset - callee->span.offset;
    DiagSpot spot = {c->tree->file, c->tree->source, callee->span.line, callee->span.column, len};
    diag_add(c->diags, DIAG_WARNING, syntax_code(SYN_BUILTIN_ARITY), spot,
             "'%.*s' expects %s but gets %u", SLICE_ARG(u->name), counts.data, argc);
    buf_deinit(&counts);
}

// ---- the walk ---------------------------------------------------------------------------

static void visit(void *ctx, AstNode *n);

// auld.name(...): `auld` is no variable there.
static bool is_auld(const Checker *c, const AstNode *callee)
{
    const Use *super = callee->kind == AST_PROPERTY ? resolve_get(c->names, callee) : NULL;
    return super && super->n && callee->property.object->kind == AST_IDENT &&
           slice_eq_cstr(callee->property.object->ident.name, "auld");
}

static void visit_call(Checker *c, AstNode *n, bool piped)
{
    check_call(c, n, piped);
    if (!is_auld(c, n->call.callee)) visit(c, n->call.callee);
    for (uint32_t i = 0; i < n->call.args.len; i++) visit(c, n->call.args.items[i]);
}

static void visit(void *ctx, AstNode *n)
{
    Checker *c = ctx;
    switch (n->kind) {
    case AST_IDENT:
    case AST_MASEL: check_use(c, n, &n->span); return;
    case AST_CALL: visit_call(c, n, false); return;
    case AST_PIPE:
        visit(c, n->binary.left);
        if (n->binary.right->kind == AST_CALL) visit_call(c, n->binary.right, true);
        else visit(c, n->binary.right);
        return;
    case AST_KIN:
        if (n->kin.superclass) check_use(c, n->kin.superclass, &n->kin.superclass->span);
        break;
    default: break;
    }
    ast_each_child(n, visit, c);
}

// ---- modules ----------------------------------------------------------------------------

static void check_fetch(void *ctx, AstNode *n)
{
    Checker *c = ctx;
    if (n->kind == AST_FETCH) {
        Buf found;
        buf_init(&found, MAX_PATH_LEN);
        if (!drv_find_module(c->dir, n->fetch.path, &found, NULL)) {
            warn(c, SYN_NAE_MODULE, &n->span, "Cannae find module '%.*s'", n->fetch.path);
            if (!n->fetch.alias) c->names_missing = true;
        }
        buf_deinit(&found);
    }
    ast_each_child(n, check_fetch, c);
}

static bool exports_of(void *ctx, Slice path, const Slice **names, uint32_t *n)
{
    return drv_module_exports(((Checker *)ctx)->dir, path, names, n);
}

static Resolution *resolve_prelude(Arena *arena)
{
    DiagList diags;
    diag_init(&diags, 0);
    Slice source = {mdh_prelude_source, mdh_prelude_len};
    SyntaxTree *tree = syntax_parse(arena, source, "<prelude>", &diags);
    ResolveEnv env = {0};
    Resolution *r = tree && !diags.n_errors ? resolve_program(arena, tree->program, &env) : NULL;
    diag_deinit(&diags);
    return r;
}

static bool note_stores(Checker *c)
{
    for (uint32_t i = 0; i < c->names->uses.len; i++) {
        const Use *u = c->names->uses.items[i];
        if (u->is_store && u->n == 0 && !map_put(&c->stored, u->name, 1)) return false;
    }
    return true;
}

static void dir_of(const char *path, Buf *out)
{
    if (os_realpath(path, out, NULL) != MDH_OK) buf_puts(out, path);
    const char *slash = strrchr(out->data, '/');
    if (slash && slash != out->data) buf_truncate(out, (size_t)(slash - out->data));
    else if (!slash) {
        buf_clear(out);
        buf_putc(out, '.');
    } else {
        buf_truncate(out, 1);
    }
}

void drv_check(const SyntaxTree *tree, const char *path, DiagList *diags)
{
    Buf dir;
    Checker c = {.tree = tree, .diags = diags, .arena = arena_new()};
    ResolveEnv env = {&c, exports_of, false};
    buf_init(&dir, MAX_PATH_LEN);
    dir_of(path, &dir);
    c.dir = dir.data;
    if (c.arena) c.names = resolve_program(c.arena, tree->program, &env);
    if (c.names) c.prelude = resolve_prelude(c.arena);
    if (c.names && note_stores(&c)) {
        check_fetch(&c, tree->program);
        visit(&c, tree->program);
    }
    resolve_deinit(c.prelude);
    resolve_deinit(c.names);
    map_deinit(&c.stored);
    arena_free(c.arena);
    buf_deinit(&dir);
}
