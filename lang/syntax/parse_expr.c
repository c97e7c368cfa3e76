// SPDX-License-Identifier: MIT
// Expressions by precedence climbing, lowest first: assignment, |>, ternary, or, an, == !=,
// < <= > >=, + -, * / %, prefix, postfix with its range suffix, primary.
//
// A brace in expression position is a dict when a `:` stands directly inside it before
// anything that ends a statement; a block can never have one there. The lexer has paired
// the brackets, so the look ahead steps over whole groups and looks at each token at most
// once in all.

#include "lang/syntax/parser.h"

enum { PREC_OR = 4, PREC_AN = 5, PREC_ADD = 8 };

static AstNode *parse_binary(Parser *p, int min_prec);
static AstNode *parse_ternary(Parser *p);

// Binary operators

typedef struct {
    uint8_t prec; // 0: no binary operator
    uint8_t kind; // AstKind
    uint8_t op;   // AstOp
} Operator;

static Operator operator_of(TokenKind kind)
{
    switch (kind) {
    case TK_OR: return (Operator){PREC_OR, AST_OR, 0};
    case TK_AN: return (Operator){PREC_AN, AST_AN, 0};
    case TK_EQ_EQ: return (Operator){6, AST_BINARY, AST_OP_EQ};
    case TK_BANG_EQ: return (Operator){6, AST_BINARY, AST_OP_NE};
    case TK_LT: return (Operator){7, AST_BINARY, AST_OP_LT};
    case TK_LE: return (Operator){7, AST_BINARY, AST_OP_LE};
    case TK_GT: return (Operator){7, AST_BINARY, AST_OP_GT};
    case TK_GE: return (Operator){7, AST_BINARY, AST_OP_GE};
    case TK_PLUS: return (Operator){PREC_ADD, AST_BINARY, AST_OP_ADD};
    case TK_MINUS: return (Operator){PREC_ADD, AST_BINARY, AST_OP_SUB};
    case TK_STAR: return (Operator){9, AST_BINARY, AST_OP_MUL};
    case TK_SLASH: return (Operator){9, AST_BINARY, AST_OP_DIV};
    case TK_PERCENT: return (Operator){9, AST_BINARY, AST_OP_MOD};
    default: return (Operator){0, 0, 0};
    }
}

// Primary expressions

static AstNode *parse_int(Parser *p)
{
    const Token *token = parse_cur(p);
    AstNode *node = parse_node(p, AST_INT, token);
    node->integer.src = parse_token_slice(p, token);
    bool fits = lex_int_value(node->integer.src, &node->integer.value);
    MDH_ASSERT(fits); // the lexer has checked
    (void)fits;
    parse_advance(p);
    return parse_done(p, node);
}

static AstNode *parse_word(Parser *p, AstKind kind)
{
    AstNode *node = parse_node(p, kind, parse_cur(p));
    if (kind == AST_BOOL) node->boolean = parse_kind(p) == TK_AYE;
    else if (kind == AST_IDENT) node->ident.name = parse_token_slice(p, parse_cur(p));
    parse_advance(p);
    return parse_done(p, node);
}

static AstNode *parse_group(Parser *p)
{
    bool saved = p->newlines_free;
    AstNode *node = parse_node(p, AST_GROUP, parse_cur(p));
    p->newlines_free = true;
    parse_advance(p);
    node->operand = parse_expr(p);
    p->newlines_free = saved;
    parse_expect(p, TK_RPAREN);
    return parse_done(p, node);
}

static AstNode *parse_spread(Parser *p)
{
    AstNode *node = parse_node(p, AST_SPREAD, parse_cur(p));
    parse_advance(p);
    node->operand = parse_expr(p);
    return parse_done(p, node);
}

static AstNode *parse_list(Parser *p)
{
    bool saved = p->newlines_free;
    NodeVec elements = {0};
    AstNode *node = parse_node(p, AST_LIST, parse_cur(p));
    p->newlines_free = true;
    parse_advance(p);
    while (!p->panic && parse_kind(p) != TK_RBRACKET) {
        bool is_spread = parse_kind(p) == TK_ELLIPSIS;
        parse_push(p, &elements, is_spread ? parse_spread(p) : parse_expr(p));
        if (p->panic || !parse_accept(p, TK_COMMA)) break;
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACKET);
    node->list = parse_list_of(&elements);
    return parse_done(p, node);
}

static AstNode *parse_dict(Parser *p)
{
    bool saved = p->newlines_free;
    VEC(AstPair) pairs = {0};
    AstNode *node = parse_node(p, AST_DICT, parse_cur(p));
    p->newlines_free = true;
    parse_advance(p);
    while (!p->panic && parse_kind(p) != TK_RBRACE) {
        AstPair pair = {0};
        pair.key = parse_expr(p);
        parse_expect(p, TK_COLON);
        pair.value = parse_expr(p);
        if (!avec_push(p->arena, &pairs, pair)) parse_no_memory(p);
        if (p->panic || !parse_accept(p, TK_COMMA)) break;
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACE);
    node->dict.pairs = pairs.items;
    node->dict.n_pairs = pairs.len;
    return parse_done(p, node);
}

typedef enum { BRACE_EMPTY, BRACE_DICT, BRACE_BLOCK } Brace;

// Tokens after which a newline does not end an expression.
static bool continues_line(TokenKind kind)
{
    return operator_of(kind).prec || kind == TK_PIPE || kind == TK_EQ;
}

// True when token `at` begins a line that carries on the one above: `|>` or `.name`.
static bool is_continuation(const Parser *p, uint32_t at)
{
    TokenKind kind = (TokenKind)p->tokens[at].kind;
    return kind == TK_PIPE || (kind == TK_DOT && p->tokens[at + 1].kind == TK_IDENT);
}

static bool ends_key(TokenKind kind)
{
    switch (kind) {
    case TK_COMMA:
    case TK_SEMICOLON:
    case TK_RBRACE:
    case TK_RPAREN:
    case TK_RBRACKET:
    case TK_EOF:
    case TK_ERROR:
    case TK_KEN:
    case TK_DAE:
    case TK_WHILES:
    case TK_FER:
    case TK_GIE:
    case TK_BLETHER:
    case TK_BRAK:
    case TK_HAUD:
    case TK_KIN:
    case TK_THING:
    case TK_FETCH:
    case TK_HURL:
    case TK_MAK_SICCAR:
    case TK_HAE_A_BASH: return true;
    default: return token_is_log(kind);
    }
}

// What the `{` at the current token opens.
static Brace classify_brace(const Parser *p)
{
    uint32_t at = p->pos + 1;
    while (p->tokens[at].kind == TK_NEWLINE) at++;
    if (p->tokens[at].kind == TK_RBRACE) return BRACE_EMPTY;
    for (;; at++) {
        TokenKind kind = (TokenKind)p->tokens[at].kind;
        if (kind == TK_COLON) return BRACE_DICT;
        if (ends_key(kind)) return BRACE_BLOCK;
        if (kind == TK_NEWLINE) {
            bool carries_on = continues_line((TokenKind)p->tokens[at - 1].kind);
            while (p->tokens[at + 1].kind == TK_NEWLINE) at++;
            if (!carries_on && !is_continuation(p, at + 1)) return BRACE_BLOCK;
        } else if (kind == TK_LPAREN || kind == TK_LBRACKET || kind == TK_LBRACE) {
            if (!p->tokens[at].match) return BRACE_BLOCK;
            at = p->tokens[at].match;
        }
    }
}

static AstNode *parse_brace(Parser *p)
{
    if (classify_brace(p) != BRACE_BLOCK) return parse_dict(p);
    AstNode *node = parse_node(p, AST_BLOCK_EXPR, parse_cur(p));
    node->list = parse_body(p);
    return parse_done(p, node);
}

static void parse_lambda_params(Parser *p, AstFunction *function)
{
    VEC(AstParam) params = {0};
    while (!p->panic && parse_kind(p) != TK_BAR) {
        AstParam param = {0};
        const AstName *name = parse_name(p, true, "parameter name");
        if (name) param.name = *name;
        if (!avec_push(p->arena, &params, param)) parse_no_memory(p);
        if (p->panic || !parse_accept(p, TK_COMMA)) break;
        parse_skip_newlines(p);
        if (parse_kind(p) == TK_BAR) parse_unexpected(p, "parameter name");
    }
    parse_expect(p, TK_BAR);
    function->params = params.items;
    function->n_params = params.len;
}

// A body in braces is a block, unless it can only be a dict.
static AstNode *parse_lambda(Parser *p)
{
    AstNode *node = parse_node(p, AST_LAMBDA, parse_cur(p));
    AstFunction *function = parse_alloc(p, sizeof *function);
    node->function = function;
    function->is_lambda = true;
    parse_advance(p); // |
    parse_lambda_params(p, function);
    function->body_is_expr =
        p->panic || parse_kind(p) != TK_LBRACE || classify_brace(p) == BRACE_DICT;
    function->body = function->body_is_expr ? parse_expr(p) : parse_block(p);
    return parse_done(p, node);
}

static AstNode *parse_speir(Parser *p)
{
    AstNode *node = parse_node(p, AST_SPEIR, parse_cur(p));
    parse_advance(p);
    node->operand = parse_expr(p);
    return parse_done(p, node);
}

static AstNode *parse_primary(Parser *p)
{
    if (p->panic) return parse_error_node(p);
    switch (parse_kind(p)) {
    case TK_INT: return parse_int(p);
    case TK_FLOAT: return parse_float(p);
    case TK_STRING: return parse_string(p);
    case TK_BYTES: return parse_bytes(p);
    case TK_FSTRING: return parse_fstring(p);
    case TK_AYE:
    case TK_NAE: return parse_word(p, AST_BOOL);
    case TK_NAETHING: return parse_word(p, AST_NAETHING);
    case TK_MASEL: return parse_word(p, AST_MASEL);
    case TK_IDENT: return parse_word(p, AST_IDENT);
    case TK_LPAREN: return parse_group(p);
    case TK_LBRACKET: return parse_list(p);
    case TK_LBRACE: return parse_brace(p);
    case TK_BAR: return parse_lambda(p);
    case TK_SPEIR: return parse_speir(p);
    case TK_KEEK: return parse_keek(p, true);
    default: parse_no_expression(p); return parse_error_node(p);
    }
}

// Postfix expressions

static AstNode *parse_kwarg(Parser *p)
{
    AstNode *node = parse_node(p, AST_KWARG, parse_cur(p));
    node->kwarg.name = parse_name(p, false, "parameter name");
    parse_expect(p, TK_COLON);
    node->kwarg.value = parse_expr(p);
    return parse_done(p, node);
}

static AstNode *parse_arg(Parser *p, bool *seen_kwarg)
{
    const Token *first = parse_cur(p);
    if (first->kind == TK_IDENT && parse_next_kind(p) == TK_COLON) {
        *seen_kwarg = true;
        return parse_kwarg(p);
    }
    if (*seen_kwarg) {
        parse_fail(p, first, SYN_ARGUMENT_ORDER, NULL,
                   "Plain arguments cannae come efter named anes");
    }
    return first->kind == TK_ELLIPSIS ? parse_spread(p) : parse_expr(p);
}

static AstNode *parse_call(Parser *p, AstNode *callee)
{
    bool saved = p->newlines_free, seen_kwarg = false;
    NodeVec args = {0};
    AstNode *node = parse_node_at(p, AST_CALL, callee);
    node->call.callee = callee;
    p->newlines_free = true;
    parse_advance(p);
    if (parse_kind(p) != TK_RPAREN) {
        do {
            parse_push(p, &args, parse_arg(p, &seen_kwarg));
        } while (!p->panic && parse_accept(p, TK_COMMA));
    }
    p->newlines_free = saved;
    parse_expect(p, TK_RPAREN);
    node->call.args = parse_list_of(&args);
    return parse_done(p, node);
}

static AstNode *parse_property(Parser *p, AstNode *object)
{
    AstNode *node = parse_node_at(p, AST_PROPERTY, object);
    node->property.object = object;
    node->op_line = parse_cur(p)->line;
    parse_advance(p);
    const Token *name = parse_cur(p);
    if (name->kind != TK_IDENT) {
        parse_unexpected(p, "property name");
        return parse_done(p, node);
    }
    node->property.name = parse_token_slice(p, name);
    node->property.name_offset = parse_source_offset(p, name->offset);
    parse_advance(p);
    return parse_done(p, node);
}

static AstNode *slice_part(Parser *p)
{
    TokenKind kind = parse_kind(p);
    return kind == TK_COLON || kind == TK_RBRACKET ? NULL : parse_expr(p);
}

static AstNode *parse_slice(Parser *p, AstNode *object, AstNode *start)
{
    AstNode *node = parse_node_at(p, AST_SLICE, object);
    node->slice.object = object;
    node->slice.start = start;
    parse_advance(p); // :
    node->slice.stop = slice_part(p);
    if (!p->panic && parse_accept(p, TK_COLON)) node->slice.step = slice_part(p);
    return node;
}

static AstNode *parse_index(Parser *p, AstNode *object)
{
    bool saved = p->newlines_free;
    uint32_t line = parse_cur(p)->line;
    AstNode *node, *first = NULL;
    p->newlines_free = true;
    parse_advance(p); // [
    if (parse_kind(p) != TK_COLON) first = parse_expr(p);
    if (!p->panic && parse_kind(p) == TK_COLON) {
        node = parse_slice(p, object, first);
    } else {
        node = parse_node_at(p, AST_INDEX, object);
        node->index.object = object;
        node->index.key = first;
    }
    node->op_line = line;
    p->newlines_free = saved;
    parse_expect(p, TK_RBRACKET);
    return parse_done(p, node);
}

static AstNode *parse_range(Parser *p, AstNode *start)
{
    AstNode *node = parse_node_at(p, AST_RANGE, start);
    node->op_line = parse_cur(p)->line;
    node->range.start = start;
    node->range.inclusive = parse_kind(p) == TK_DOT_DOT_EQ;
    parse_advance(p);
    parse_skip_break(p);
    if (parse_enter(p)) node->range.end = parse_binary(p, PREC_ADD);
    else node->range.end = parse_error_node(p);
    parse_leave(p);
    return parse_done(p, node);
}

// A line may begin with `.name` or `|>` to carry on the one above.
static void join_line(Parser *p, TokenKind kind)
{
    if (p->panic || parse_kind(p) != TK_NEWLINE || parse_kind_past_newlines(p) != kind)
        return;
    uint32_t at = p->pos;
    while (p->tokens[at].kind == TK_NEWLINE) at++;
    if (is_continuation(p, at)) parse_skip_newlines(p);
}

static AstNode *parse_postfix(Parser *p)
{
    AstNode *left = parse_primary(p);
    while (!p->panic) {
        join_line(p, TK_DOT);
        TokenKind kind = parse_kind(p);
        if (kind == TK_LPAREN) left = parse_call(p, left);
        else if (kind == TK_DOT) left = parse_property(p, left);
        else if (kind == TK_LBRACKET) left = parse_index(p, left);
        else if (kind == TK_DOT_DOT || kind == TK_DOT_DOT_EQ) return parse_range(p, left);
        else break;
    }
    return left;
}

// `nae` before one of these is the operator, else the literal false.
static bool starts_operand(TokenKind kind)
{
    switch (kind) {
    case TK_INT:
    case TK_FLOAT:
    case TK_STRING:
    case TK_BYTES:
    case TK_IDENT:
    case TK_LPAREN:
    case TK_LBRACKET:
    case TK_MINUS:
    case TK_BANG:
    case TK_AYE:
    case TK_NAE:
    case TK_NAETHING:
    case TK_MASEL:
    case TK_SPEIR:
    case TK_BAR: return true;
    default: return false;
    }
}

static AstNode *parse_unary(Parser *p)
{
    TokenKind kind = parse_kind(p);
    bool is_nae = kind == TK_NAE && starts_operand(parse_next_kind(p));
    if (p->panic || (kind != TK_MINUS && kind != TK_BANG && !is_nae))
        return parse_postfix(p);
    AstNode *node = parse_node(p, kind == TK_MINUS ? AST_NEGATE : AST_NOT, parse_cur(p));
    parse_advance(p);
    if (parse_enter(p)) node->operand = parse_unary(p);
    else node->operand = parse_error_node(p);
    parse_leave(p);
    return parse_done(p, node);
}

static AstNode *parse_binary(Parser *p, int min_prec)
{
    AstNode *left = parse_unary(p);
    while (!p->panic) {
        const Token *token = parse_cur(p);
        Operator op = operator_of((TokenKind)token->kind);
        if (!op.prec || op.prec < min_prec) break;
        AstNode *node = parse_node_at(p, (AstKind)op.kind, left);
        node->op_line = token->line;
        parse_advance(p);
        parse_skip_break(p);
        node->binary.left = left;
        node->binary.op = (AstOp)op.op;
        node->binary.right = parse_binary(p, op.prec + 1);
        left = parse_done(p, node);
    }
    return left;
}

// Only the else part may itself be a ternary.
static AstNode *parse_ternary(Parser *p)
{
    if (p->panic || parse_kind(p) != TK_GIN) return parse_binary(p, PREC_OR);
    AstNode *node = parse_node(p, AST_TERNARY, parse_cur(p));
    parse_advance(p);
    node->ternary.cond = parse_binary(p, PREC_OR);
    parse_expect(p, TK_THAN);
    node->ternary.yes = parse_binary(p, PREC_OR);
    parse_expect(p, TK_ITHER);
    if (parse_enter(p)) node->ternary.no = parse_ternary(p);
    else node->ternary.no = parse_error_node(p);
    parse_leave(p);
    return parse_done(p, node);
}

static AstNode *parse_pipe(Parser *p)
{
    AstNode *left = parse_ternary(p);
    for (;;) {
        join_line(p, TK_PIPE);
        if (p->panic || parse_kind(p) != TK_PIPE) return left;
        AstNode *node = parse_node_at(p, AST_PIPE, left);
        node->op_line = parse_cur(p)->line;
        parse_advance(p);
        parse_skip_break(p);
        node->binary.left = left;
        node->binary.right = parse_ternary(p);
        left = parse_done(p, node);
    }
}

static bool is_assignable(const AstNode *node)
{
    return node->kind == AST_IDENT || node->kind == AST_PROPERTY || node->kind == AST_INDEX;
}

// The value is read before the target is judged: an error in it comes first in the source's
// reading too.
static AstNode *parse_assign(Parser *p, AstNode *target, AstKind kind, AstOp op)
{
    const Token *token = parse_cur(p);
    AstNode *node = parse_node_at(p, kind, target);
    node->op_line = token->line;
    node->assign.target = target;
    node->assign.op = op;
    parse_advance(p);
    parse_skip_break(p);
    node->assign.value = parse_expr(p);
    if (!p->panic && !is_assignable(target)) {
        parse_fail(p, token, SYN_BAD_TARGET,
                   "ye can assign tae a variable, a property (a.b) or an index (a[i])",
                   kind == AST_ASSIGN ? "Invalid assignment target"
                                      : "Invalid compound assignment target");
    }
    return parse_done(p, node);
}

static AstNode *parse_assignment(Parser *p)
{
    AstNode *left = parse_pipe(p);
    if (p->panic) return left;
    switch (parse_kind(p)) {
    case TK_EQ: return parse_assign(p, left, AST_ASSIGN, AST_OP_ADD);
    case TK_PLUS_EQ: return parse_assign(p, left, AST_COMPOUND, AST_OP_ADD);
    case TK_MINUS_EQ: return parse_assign(p, left, AST_COMPOUND, AST_OP_SUB);
    case TK_STAR_EQ: return parse_assign(p, left, AST_COMPOUND, AST_OP_MUL);
    case TK_SLASH_EQ: return parse_assign(p, left, AST_COMPOUND, AST_OP_DIV);
    case TK_PERCENT_EQ: return parse_assign(p, left, AST_COMPOUND, AST_OP_MOD);
    default: return left;
    }
}

AstNode *parse_expr(Parser *p)
{
    AstNode *node;
    if (parse_enter(p)) node = parse_assignment(p);
    else node = parse_error_node(p);
    parse_leave(p);
    return node;
}
