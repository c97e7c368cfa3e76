// SPDX-License-Identifier: MIT
// Buf: a growable buffer of octets, born with its maximum. Errors are sticky: write
// straight through and ask `buf_ok` once. After an error nothing more is written, what was
// there stays. `data` is always followed by a NUL that is not counted in `len` (data is ""
// when nothing was ever written).

#ifndef MDH_BASE_BUF_H
#define MDH_BASE_BUF_H

#include <stdarg.h>

#include "base/common.h"
#include "base/slice.h"

typedef enum {
    BUF_OK = 0,
    BUF_OVERFLOW, // the maximum given at birth would be passed
    BUF_NOMEM,
} BufError;

typedef struct {
    char *data;
    size_t len;
    size_t cap; // octets allocated, 0 while data is the static ""
    size_t max;
    BufError error;
} Buf;

// An empty buffer that will never hold more than `max` octets. Allocates nothing yet.
void buf_init(Buf *b, size_t max);

// Frees the octets and leaves an empty, usable buffer. A zeroed Buf is fine.
void buf_deinit(Buf *b);

// Hands the octets (NUL-terminated, from malloc) to the caller, who frees them with
// base_free; the buffer is empty afterwards. NULL when the buffer failed or memory is out;
// the error stays then.
char *buf_finish_own(Buf *b, size_t *len);

// Forgets contents and error, keeps the memory.
void buf_clear(Buf *b);

// Makes room for `extra` more octets and returns where to write them, or NULL (error set).
// Follow with buf_commit(b, written) where written <= extra.
char *buf_reserve(Buf *b, size_t extra);
void buf_commit(Buf *b, size_t written);

void buf_put(Buf *b, const void *ptr, size_t len);
void buf_putc(Buf *b, char c);
void buf_puts(Buf *b, const char *text);
void buf_put_slice(Buf *b, Slice s);
void buf_fill(Buf *b, char c, size_t count); // c, count times
void buf_printf(Buf *b, const char *format, ...) MDH_PRINTF(2, 3);
void buf_vprintf(Buf *b, const char *format, va_list args) MDH_PRINTF(2, 0);
void buf_put_i64(Buf *b, int64_t value);        // decimal
void buf_put_utf8(Buf *b, uint32_t code_point); // U+FFFD for an impossible one

// Big-endian integers, for wire formats.
void buf_put_u8(Buf *b, uint8_t v);
void buf_put_u16be(Buf *b, uint16_t v);
void buf_put_u24be(Buf *b, uint32_t v);
void buf_put_u32be(Buf *b, uint32_t v);
void buf_put_u64be(Buf *b, uint64_t v);

// Cuts the contents to `len` octets (no effect when shorter already).
void buf_truncate(Buf *b, size_t len);

static inline bool buf_ok(const Buf *b)
{
    return b->error == BUF_OK;
}

// A view of the contents, good until the next write.
static inline Slice buf_view(const Buf *b)
{
    return (Slice){b->data, b->len};
}

// Frees what buf_finish_own or os_read_file_own handed out.
void base_free(void *ptr);

#endif
