// SPDX-License-Identifier: MIT
// Integers of 8 to 64 bits in a buffer, either way round. Checks in this order: kinds (by the
// table), value range, bounds; bounds as `len - off < width`, which cannot overflow.
#include "runtime/builtins/bytes_priv.h"

typedef struct Field {
    const char *name;        // of the builtin
    uint8_t width;           // octets
    bool big_endian, is_signed, wraps;
} Field;

static bool check_bounds(MdhThread *t, const Field *f, uint64_t len, int64_t off)
{
    if (off >= 0 && (uint64_t)off <= len && len - (uint64_t)off >= f->width) return true;
    mdh_throw_native(t, "%s() out o' bounds: %d octets at offset %d (length %d)", f->name,
                     (int64_t)f->width, off, (int64_t)len);
    return false;
}

static MdhValue read_field(MdhThread *t, const Field *f, MdhValue b, MdhValue offset)
{
    Slice s = mdh_bytes_slice_of(b);
    int64_t off = mdh_int_of(offset);
    if (!check_bounds(t, f, s.len, off)) return MDH_EXC;
    const uint8_t *p = (const uint8_t *)s.ptr + off;
    uint64_t v = 0;
    for (unsigned i = 0; i < f->width; i++)
        v |= (uint64_t)p[i] << 8 * (f->big_endian ? f->width - 1u - i : i);
    unsigned unused = 64 - 8u * f->width;
    if (f->is_signed) return mdh_int(t, (int64_t)(v << unused) >> unused);
    if (v > INT64_MAX) return mdh_throw_error(t, MDH_E_OVERFLOW);
    return mdh_int(t, (int64_t)v);
}

static bool fits(const Field *f, int64_t v)
{
    unsigned bits = 8u * f->width;
    if (f->wraps) return true;
    if (bits == 64) return f->is_signed || v >= 0;
    int64_t least = f->is_signed ? -(INT64_C(1) << (bits - 1)) : 0;
    int64_t most = (INT64_C(1) << (f->is_signed ? bits - 1 : bits)) - 1;
    return v >= least && v <= most;
}

static MdhValue write_field(MdhThread *t, const Field *f, MdhValue b, MdhValue offset,
                            MdhValue value)
{
    int64_t off = mdh_int_of(offset), v;
    if (!mdh_bytes_whole(value, &v) || !fits(f, v))
        return mdh_throw_native(t, "%s() value out o' range", f->name);
    MdhWindow *w = mdh_bytes_writable(t, b);
    if (!w || !check_bounds(t, f, w->len, off)) return MDH_EXC;
    for (unsigned i = 0; i < f->width; i++)
        w->data[off + i] = (uint8_t)((uint64_t)v >> 8 * (f->big_endian ? f->width - 1u - i : i));
    return b;
}

#define READ(id, width, big_endian, is_signed)                                                \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                        \
    {                                                                                         \
        (void)argc;                                                                           \
        const Field f = {MDH_NAME(id), width, big_endian, is_signed, false};                  \
        return read_field(t, &f, a->b, a->off);                                               \
    }
#define WRITE(id, width, big_endian, is_signed, wraps)                                        \
    MdhValue __mdh_##id(MdhThread *t, int argc, const MdhArgs_##id *a)                        \
    {                                                                                         \
        (void)argc;                                                                           \
        const Field f = {MDH_NAME(id), width, big_endian, is_signed, wraps};                  \
        return write_field(t, &f, a->b, a->off, a->v);                                        \
    }

READ(bytes_read_u8, 1, true, false)
READ(bytes_read_i8, 1, true, true)
READ(bytes_read_u16be, 2, true, false)
READ(bytes_read_i16be, 2, true, true)
READ(bytes_read_u24be, 3, true, false)
READ(bytes_read_i24be, 3, true, true)
READ(bytes_read_u32be, 4, true, false)
READ(bytes_read_i32be, 4, true, true)
READ(bytes_read_u64be, 8, true, false)
READ(bytes_read_i64be, 8, true, true)
READ(bytes_read_u16le, 2, false, false)
READ(bytes_read_i16le, 2, false, true)
READ(bytes_read_u24le, 3, false, false)
READ(bytes_read_i24le, 3, false, true)
READ(bytes_read_u32le, 4, false, false)
READ(bytes_read_i32le, 4, false, true)
READ(bytes_read_u64le, 8, false, false)
READ(bytes_read_i64le, 8, false, true)

WRITE(bytes_write_u8, 1, true, false, false)
WRITE(bytes_write_i8, 1, true, true, false)
WRITE(bytes_write_u16be, 2, true, false, false)
WRITE(bytes_write_i16be, 2, true, true, false)
WRITE(bytes_write_u24be, 3, true, false, false)
WRITE(bytes_write_i24be, 3, true, true, false)
WRITE(bytes_write_u32be, 4, true, false, false)
WRITE(bytes_write_i32be, 4, true, true, false)
WRITE(bytes_write_u64be, 8, true, false, false)
WRITE(bytes_write_i64be, 8, true, true, false)
WRITE(bytes_write_u16le, 2, false, false, false)
WRITE(bytes_write_i16le, 2, false, true, false)
WRITE(bytes_write_u24le, 3, false, false, false)
WRITE(bytes_write_i24le, 3, false, true, false)
WRITE(bytes_write_u32le, 4, false, false, false)
WRITE(bytes_write_i32le, 4, false, true, false)
WRITE(bytes_write_u64le, 8, false, false, false)
WRITE(bytes_write_i64le, 8, false, true, false)

WRITE(bytes_write_u8_wrap, 1, true, false, true)
WRITE(bytes_write_u16be_wrap, 2, true, false, true)
WRITE(bytes_write_u24be_wrap, 3, true, false, true)
WRITE(bytes_write_u32be_wrap, 4, true, false, true)
WRITE(bytes_write_u16le_wrap, 2, false, false, true)
WRITE(bytes_write_u24le_wrap, 3, false, false, true)
WRITE(bytes_write_u32le_wrap, 4, false, false, true)

MdhValue __mdh_u16_add(MdhThread *t, int argc, const MdhArgs_u16_add *a)
{
    (void)t, (void)argc;
    return mdh_fix((uint16_t)((uint64_t)mdh_int_of(a->x) + (uint64_t)mdh_int_of(a->y)));
}

MdhValue __mdh_u32_add(MdhThread *t, int argc, const MdhArgs_u32_add *a)
{
    (void)t, (void)argc;
    return mdh_fix((uint32_t)((uint64_t)mdh_int_of(a->x) + (uint64_t)mdh_int_of(a->y)));
}
