// SPDX-License-Identifier: MIT
// A module as octets and back. An image fits only the build whose instructions and builtins have
// the numbers that it was written with; it says so itself. Reading is safe on any octets: what
// comes out has passed the verifier.
#ifndef MDH_LANG_BYTECODE_IMAGE_H
#define MDH_LANG_BYTECODE_IMAGE_H

#include "base/buf.h"
#include "lang/bytecode/proto.h"

#define BC_IMAGE_VERSION 2
#define BC_IMAGE_MAX ((size_t)512 << 20)

// Appends the image. False when `out` is full or memory is out.
bool bc_image_write(const BcModule *m, Buf *out);

// The module, with an arena of its own: nothing points into `image` afterwards. NULL: `why` (may
// be NULL) says what is wrong.
BcModule *bc_image_read(Slice image, Buf *why);
#endif
