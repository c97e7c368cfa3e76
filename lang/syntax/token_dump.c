// SPDX-License-Identifier: MIT

#include "lang/syntax/token_dump.h"

void token_dump_rule(Buf *out)
{
    for (int i = 0; i < 50; i++) buf_puts(out, "─");
    buf_putc(out, '\n');
}

void token_dump_text(Buf *out, Slice text, size_t max)
{
    size_t n = text.len < max ? text.len : max;
    while (n && n < text.len && ((unsigned char)text.ptr[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n') buf_puts(out, "\\n");
        else if (c == '\t') buf_puts(out, "\\t");
        else if (c == '\r') buf_puts(out, "\\r");
        else if (c == '"' || c == '\\') buf_printf(out, "\\%c", c);
        else if (c < 32 || c == 127) buf_printf(out, "\\x%02x", c);
        else buf_putc(out, (char)c);
    }
    if (n < text.len) buf_puts(out, "…");
}

// "HAE_A_BASH" as "HaeABash".
static size_t camel_case(const char *id, char *out, size_t size)
{
    size_t n = 0;
    bool is_start = true;
    for (; *id && n + 1 < size; id++) {
        if (*id == '_') {
            is_start = true;
            continue;
        }
        bool lowers = !is_start && *id >= 'A' && *id <= 'Z';
        out[n++] = lowers ? (char)(*id - 'A' + 'a') : *id;
        is_start = false;
    }
    out[n] = '\0';
    return n;
}

void token_dump(const SyntaxTree *tree, Buf *out)
{
    buf_puts(out, "Tokens:\n");
    token_dump_rule(out);
    for (uint32_t i = 0; i < tree->n_tokens; i++) {
        const Token *token = &tree->tokens[i];
        char name[40];
        camel_case(token_kind_name((TokenKind)token->kind), name, sizeof name);
        buf_printf(out, "%4u:%2u  %-20s \"", token->line, token->column, name);
        size_t end = (size_t)token->offset + token->len;
        token_dump_text(out, slice_sub(tree->source, token->offset, end), 1000);
        buf_puts(out, "\"\n");
    }
    token_dump_rule(out);
    buf_printf(out, "Total: %u tokens\n", tree->n_tokens);
}
