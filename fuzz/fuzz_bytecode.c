// SPDX-License-Identifier: MIT
// Octets as a compiled program. What the reader lets through must list, and write and read back
// as the same octets. The version and the tables' fingerprint at the head are put right first, so
// that seeds outlive the build that made them and mutations reach what comes after.

#include <stdlib.h>
#include <string.h>

#include "lang/bytecode/compiler.h"
#include "lang/bytecode/disasm.h"
#include "lang/bytecode/image.h"
#include "lang/syntax/syntax.h"

#define HEAD 14
#define MAX_OUT ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) abort();
}

// The head of every image of this build, taken from a small one.
static const char *right_head(void)
{
    static char head[HEAD];
    static bool ready;
    if (ready) return head;
    DiagList diags;
    Buf image;
    Arena *arena = arena_new();
    CompileEnv env = {0};
    diag_init(&diags, 0);
    buf_init(&image, MAX_OUT);
    SyntaxTree *tree = syntax_parse(arena, SLICE_LIT("blether 1\n"), "seed", &diags);
    BcModule *m = compile_module(tree->program, "seed", tree->source, &env, &diags);
    require(m && bc_image_write(m, &image) && image.len > HEAD);
    memcpy(head, image.data, HEAD);
    ready = true;
    bc_module_free(m);
    buf_deinit(&image);
    diag_deinit(&diags);
    arena_free(arena);
    return head;
}

static void check_module(const BcModule *m, Slice image)
{
    Buf out, again;
    buf_init(&out, MAX_OUT);
    buf_init(&again, MAX_OUT);
    bc_disasm(m, &out);
    require(bc_image_write(m, &again));
    // Lines may have been split into runs in another way: what is read from ours must be the same.
    BcModule *back = bc_image_read(buf_view(&again), NULL);
    require(back != NULL && again.len <= image.len);
    buf_clear(&out);
    require(bc_image_write(back, &out) && slice_eq(buf_view(&out), buf_view(&again)));
    bc_module_free(back);
    buf_deinit(&again);
    buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Buf image, why;
    const char *head = right_head();
    buf_init(&image, MAX_OUT);
    buf_init(&why, MAX_OUT);
    buf_put(&image, head, size < HEAD ? size : HEAD);
    if (size > HEAD) buf_put(&image, data + HEAD, size - HEAD);
    BcModule *m = bc_image_read(buf_view(&image), &why);
    require(m || why.len || image.len > BC_IMAGE_MAX);
    if (m) check_module(m, buf_view(&image));
    bc_module_free(m);
    buf_deinit(&why);
    buf_deinit(&image);
    return 0;
}
