// SPDX-License-Identifier: MIT

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

// Stands for the contents of a buffer that never allocated. Never written: cap is 0 then.
static char empty_text[1];

void buf_init(Buf *b, size_t max)
{
    *b = (Buf){.data = empty_text, .max = max};
}

void buf_deinit(Buf *b)
{
    if (b->cap) free(b->data);
    buf_init(b, b->max);
}

void buf_clear(Buf *b)
{
    b->len = 0;
    b->error = BUF_OK;
    if (b->cap) b->data[0] = '\0';
}

void buf_truncate(Buf *b, size_t len)
{
    if (len >= b->len) return;
    b->len = len;
    b->data[len] = '\0';
}

char *buf_finish_own(Buf *b, size_t *len)
{
    if (b->error || !buf_reserve(b, 0)) return NULL;
    char *data = b->data;
    if (len) *len = b->len;
    buf_init(b, b->max);
    return data;
}

// Room for `extra` octets and the NUL. Capacity doubles, but never past max + 1.
static bool make_room(Buf *b, size_t extra)
{
    if (b->error) return false;
    if (extra > b->max || b->len > b->max - extra || b->len + extra == SIZE_MAX) {
        b->error = BUF_OVERFLOW;
        return false;
    }
    size_t need = b->len + extra + 1;
    if (need <= b->cap) return true;

    size_t cap = b->cap ? b->cap : 64;
    while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (b->max < SIZE_MAX && cap > b->max + 1) cap = b->max + 1;
    char *data = realloc(b->cap ? b->data : NULL, cap);
    if (!data) {
        b->error = BUF_NOMEM;
        return false;
    }
    data[b->len] = '\0';
    b->data = data;
    b->cap = cap;
    return true;
}

char *buf_reserve(Buf *b, size_t extra)
{
    return make_room(b, extra) ? b->data + b->len : NULL;
}

void buf_commit(Buf *b, size_t written)
{
    MDH_ASSERT(b->cap > b->len + written);
    b->len += written;
    b->data[b->len] = '\0';
}

void buf_put(Buf *b, const void *ptr, size_t len)
{
    if (!len || !make_room(b, len)) return;
    memcpy(b->data + b->len, ptr, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_putc(Buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_puts(Buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

void buf_put_slice(Buf *b, Slice s)
{
    buf_put(b, s.ptr, s.len);
}

void buf_fill(Buf *b, char c, size_t count)
{
    if (!count || !make_room(b, count)) return;
    memset(b->data + b->len, c, count);
    b->len += count;
    b->data[b->len] = '\0';
}

void buf_vprintf(Buf *b, const char *format, va_list args)
{
    if (b->error) return;
    char small[256];
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(small, sizeof small, format, args);
    if (need < 0) {
        b->error = BUF_NOMEM;
    } else if ((size_t)need < sizeof small) {
        buf_put(b, small, (size_t)need);
    } else if (make_room(b, (size_t)need)) {
        vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
        b->len += (size_t)need;
    }
    va_end(again);
}

void buf_printf(Buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void buf_put_i64(Buf *b, int64_t value)
{
    char text[NUM_I64_MAX];
    buf_put(b, text, num_format_i64(value, text));
}

void buf_put_utf8(Buf *b, uint32_t code_point)
{
    char text[4];
    buf_put(b, text, utf8_encode(code_point, text));
}

static void put_be(Buf *b, uint64_t v, size_t width)
{
    unsigned char octets[8];
    for (size_t i = 0; i < width; i++)
        octets[i] = (unsigned char)(v >> (8 * (width - 1 - i)));
    buf_put(b, octets, width);
}

void buf_put_u8(Buf *b, uint8_t v)
{
    put_be(b, v, 1);
}

void buf_put_u16be(Buf *b, uint16_t v)
{
    put_be(b, v, 2);
}

void buf_put_u24be(Buf *b, uint32_t v)
{
    put_be(b, v, 3);
}

void buf_put_u32be(Buf *b, uint32_t v)
{
    put_be(b, v, 4);
}

void buf_put_u64be(Buf *b, uint64_t v)
{
    put_be(b, v, 8);
}

void base_free(void *ptr)
{
    free(ptr);
}
