// SPDX-License-Identifier: MIT
// Octets as a compiled program. What the reader lets through must list, and write and read back
// as the same octets. An input is one of two things:
//   - an image; the version and the tables' fingerprint at its head are put right first;
//   - source text, a NUL, and changes of four octets each: where in the image of that text
//     (24 bits) and what to XOR there. So seeds do not depend on the numbers of a build.

#include <stdlib.h>
#include <string.h>

#include "lang/bytecode/compiler.h"
#include "lang/bytecode/disasm.h"
#include "lang/bytecode/image.h"
#include "lang/syntax/syntax.h"

#define HEAD 14
#define MAX_OUT ((size_t)64 << 20)
#define MAX_SOURCE 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) abort();
}

// The image of a text. False when it does not compile.
static bool compile(Slice text, Buf *image)
{
    DiagList diags;
    Arena *arena = arena_new();
    CompileEnv env = {0};
    BcModule *m = NULL;
    diag_init(&diags, 0);
    SyntaxTree *tree = syntax_parse(arena, text, "fuzz.braw", &diags);
    env.resolve.private_top_level = text.len % 2;
    if (tree && !diags.n_errors) m = compile_module(tree->program, "fuzz.braw", text, &env, &diags);
    if (m) require(bc_image_write(m, image));
    bc_module_free(m);
    diag_deinit(&diags);
    arena_free(arena);
    return m != NULL;
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

static bool check_image(Slice image)
{
    Buf why;
    buf_init(&why, MAX_OUT);
    BcModule *m = bc_image_read(image, &why);
    bool read = m != NULL;
    require(m || why.len);
    if (m) check_module(m, image);
    bc_module_free(m);
    buf_deinit(&why);
    return read;
}

static void try_image(Slice data)
{
    static Buf head;
    Buf image;
    if (!head.len) {
        buf_init(&head, MAX_OUT);
        require(compile(SLICE_LIT("blether 1\n"), &head) && head.len > HEAD);
    }
    buf_init(&image, MAX_OUT);
    buf_put(&image, head.data, data.len < HEAD ? data.len : HEAD);
    buf_put_slice(&image, slice_from(data, HEAD));
    check_image(buf_view(&image));
    buf_deinit(&image);
}

static void try_source(Slice text, Slice changes)
{
    Buf image;
    buf_init(&image, MAX_OUT);
    if (text.len < MAX_SOURCE && compile(text, &image)) {
        require(check_image(buf_view(&image)));
        for (size_t i = 0; i + 4 <= changes.len; i += 4) {
            const uint8_t *c = (const uint8_t *)changes.ptr + i;
            size_t at = ((size_t)c[0] << 16 | (size_t)c[1] << 8 | c[2]) % image.len;
            image.data[at] = (char)(image.data[at] ^ c[3]);
        }
        check_image(buf_view(&image));
    }
    buf_deinit(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Slice all = slice_make(data, size);
    size_t nul = slice_find_char(all, '\0');
    if (slice_starts_with(all, SLICE_LIT("MDHB"))) try_image(all);
    else if (nul == SLICE_NOT_FOUND) try_source(all, SLICE_NONE);
    else try_source(slice_sub(all, 0, nul), slice_from(all, nul + 1));
    return 0;
}
