// SPDX-License-Identifier: MIT

#include "lang/syntax/ast.h"

static const char *const kind_names[] = {
#define A(id, name, doc) name,
    AST_KINDS(A)
#undef A
};

static const char *const op_texts[] = {
#define O(id, text, precedence) text,
    AST_OPS(O)
#undef O
};

const char *ast_kind_name(AstKind kind)
{
    return (unsigned)kind < AST_N_KINDS ? kind_names[kind] : "?";
}

const char *ast_op_text(AstOp op)
{
    return (unsigned)op < AST_N_OPS ? op_texts[op] : "?";
}

typedef struct {
    AstVisitor visit;
    void *context;
} Walk;

static void child(const Walk *w, AstNode *node)
{
    if (node) w->visit(w->context, node);
}

static void children(const Walk *w, AstList list)
{
    for (uint32_t i = 0; i < list.len; i++) child(w, list.items[i]);
}

static void walk_function(const Walk *w, const AstFunction *function)
{
    for (uint32_t i = 0; i < function->n_params; i++)
        child(w, function->params[i].default_value);
    child(w, function->body);
}

static void walk_keek(const Walk *w, const AstNode *node)
{
    child(w, node->keek.subject);
    for (uint32_t i = 0; i < node->keek.n_arms; i++) {
        const AstKeekArm *arm = &node->keek.arms[i];
        children(w, arm->patterns);
        child(w, arm->guard);
        child(w, arm->body);
    }
}

static void walk_gin(const Walk *w, const AstNode *node)
{
    for (uint32_t i = 0; i < node->gin.n_arms; i++) {
        child(w, node->gin.arms[i].cond);
        child(w, node->gin.arms[i].body);
    }
    child(w, node->gin.ither);
}

static void walk_try(const Walk *w, const AstNode *node)
{
    child(w, node->try_.body);
    child(w, node->try_.handler);
    child(w, node->try_.finally);
}

static void walk_slice(const Walk *w, const AstNode *node)
{
    child(w, node->slice.object);
    child(w, node->slice.start);
    child(w, node->slice.stop);
    child(w, node->slice.step);
}

static void walk_two(const Walk *w, AstNode *first, AstNode *second)
{
    child(w, first);
    child(w, second);
}

void ast_each_child(const AstNode *node, AstVisitor visit, void *context)
{
    const Walk w = {visit, context};
    switch ((AstKind)node->kind) {
    case AST_PROGRAM:
    case AST_BLOCK:
    case AST_BLOCK_EXPR:
    case AST_LIST:
    case AST_PAT_LIST: children(&w, node->list); break;
    case AST_GIE:
    case AST_BLETHER:
    case AST_HURL:
    case AST_EXPR_STMT:
    case AST_GROUP:
    case AST_SPEIR:
    case AST_NEGATE:
    case AST_NOT:
    case AST_SPREAD:
    case AST_PAT_VALUE: child(&w, node->operand); break;
    case AST_BINARY:
    case AST_AN:
    case AST_OR:
    case AST_PIPE: walk_two(&w, node->binary.left, node->binary.right); break;
    case AST_ASSIGN:
    case AST_COMPOUND: walk_two(&w, node->assign.target, node->assign.value); break;
    case AST_DAE:
    case AST_LAMBDA: walk_function(&w, node->function); break;
    case AST_KEN: child(&w, node->ken.value); break;
    case AST_KEN_LIST:
        children(&w, node->ken_list.targets);
        child(&w, node->ken_list.value);
        break;
    case AST_KIN: children(&w, node->kin.methods); break;
    case AST_GIN: walk_gin(&w, node); break;
    case AST_WHILES: walk_two(&w, node->whiles.cond, node->whiles.body); break;
    case AST_FER: walk_two(&w, node->fer.iterable, node->fer.body); break;
    case AST_TRY: walk_try(&w, node); break;
    case AST_MAK_SICCAR:
        walk_two(&w, node->mak_siccar.cond, node->mak_siccar.message);
        break;
    case AST_LOG: children(&w, node->log.args); break;
    case AST_FSTRING:
        for (uint32_t i = 0; i < node->fstring.n_parts; i++)
            child(&w, node->fstring.parts[i].expr);
        break;
    case AST_DICT:
        for (uint32_t i = 0; i < node->dict.n_pairs; i++)
            walk_two(&w, node->dict.pairs[i].key, node->dict.pairs[i].value);
        break;
    case AST_TERNARY:
        walk_two(&w, node->ternary.cond, node->ternary.yes);
        child(&w, node->ternary.no);
        break;
    case AST_CALL:
        child(&w, node->call.callee);
        children(&w, node->call.args);
        break;
    case AST_PROPERTY: child(&w, node->property.object); break;
    case AST_INDEX: walk_two(&w, node->index.object, node->index.key); break;
    case AST_SLICE: walk_slice(&w, node); break;
    case AST_RANGE: walk_two(&w, node->range.start, node->range.end); break;
    case AST_KWARG: child(&w, node->kwarg.value); break;
    case AST_KEEK: walk_keek(&w, node); break;
    case AST_PAT_RANGE: child(&w, node->pat_range.end); break;
    case AST_PAT_DICT:
        for (uint32_t i = 0; i < node->pat_dict.n_entries; i++)
            child(&w, node->pat_dict.entries[i].pattern);
        break;
    case AST_BRAK:
    case AST_HAUD:
    case AST_THING:
    case AST_FETCH:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BYTES:
    case AST_BOOL:
    case AST_NAETHING:
    case AST_MASEL:
    case AST_IDENT:
    case AST_ERROR:
    case AST_PAT_WILD:
    case AST_PAT_BIND:
    case AST_PAT_REST:
    case AST_N_KINDS: break;
    }
}
