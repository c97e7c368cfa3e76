// SPDX-License-Identifier: MIT
// The format spec of f-strings: {value:[[fill]align][sign][#][0][width][.precision][type]}.
//
//   d x X b o   integers          e f g   numbers (integers convert)      s   anything, as text
//   no type     integers as d, floats as printed (with a precision as g), anything else as s
//
// The text is made as sign, prefix and digits, so that zeros can go between; width counts
// characters. Numbers stand right by default, everything else left.
#include <math.h>

#include "base/num.h"
#include "runtime/core/ops_priv.h"
#include "runtime/data/str.h"

#define MAX_DIGITS 1100 // a double has no more significant digits than that

typedef struct Parts {
    char head[4]; // sign and prefix
    MdhSb body;
    bool is_number, may_zero; // may_zero: zeros may stand between head and body
} Parts;

static void put_head(Parts *p, const char *text)
{
    size_t at = strlen(p->head);
    for (; *text && at + 1 < sizeof p->head; text++) p->head[at++] = *text;
    p->head[at] = '\0';
}

static void put_sign(Parts *p, bool negative, char sign)
{
    if (negative) put_head(p, "-");
    else if (sign == '+') put_head(p, "+");
    else if (sign == ' ') put_head(p, " ");
}

static void format_int(Parts *p, int64_t i, const MdhFormatSpec *spec)
{
    char digits[NUM_RADIX_MAX];
    uint64_t magnitude = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    char prefix[3] = {'0', spec->type, '\0'};
    int radix = 10;
    if (spec->type == 'x' || spec->type == 'X') radix = 16;
    if (spec->type == 'b') radix = 2;
    if (spec->type == 'o') radix = 8;
    p->is_number = p->may_zero = true;
    put_sign(p, i < 0, spec->sign);
    if (spec->alternate && radix != 10) put_head(p, prefix);
    size_t n = num_format_u64_radix(magnitude, radix, spec->type == 'X', digits);
    mdh_sb_put(&p->body, digits, n);
}

static void format_float(Parts *p, double d, const MdhFormatSpec *spec)
{
    char type = spec->type;
    int precision = spec->precision < 0 ? 6 : spec->precision;
    p->is_number = true;
    put_sign(p, signbit(d) && !isnan(d), spec->sign);
    d = fabs(d);
    if (isnan(d) || isinf(d)) {
        mdh_sb_puts(&p->body, isnan(d) ? "NaN" : "inf");
        return;
    }
    p->may_zero = true;
    if (!type && spec->precision >= 0) type = 'g';
    int zeros = 0;
    if (precision > MAX_DIGITS) {
        zeros = type == 'f' ? precision - MAX_DIGITS : 0;
        precision = MAX_DIGITS;
    }
    switch (type) {
    case 'e':
        mdh_sb_printf(&p->body, spec->alternate ? "%#.*e" : "%.*e", precision, d);
        break;
    case 'f':
        mdh_sb_printf(&p->body, spec->alternate ? "%#.*f" : "%.*f", precision, d);
        break;
    case 'g':
        mdh_sb_printf(&p->body, spec->alternate ? "%#.*g" : "%.*g", precision, d);
        break;
    default: mdh_sb_put_float(&p->body, d); break;
    }
    while (zeros-- > 0 && !p->body.failed) mdh_sb_putc(&p->body, '0');
}

static bool format_text(MdhThread *t, Parts *p, MdhValue v, const MdhFormatSpec *spec)
{
    MdhValue s = mdh_show(t, v);
    if (mdh_is_exc(s)) return false;
    if (spec->precision >= 0 && (uint32_t)spec->precision < mdh_str_nchars(s)) {
        uint32_t end = mdh_str_offset(s, (uint32_t)spec->precision);
        mdh_sb_put(&p->body, mdh_str(s)->data, end);
    } else {
        mdh_sb_put_str(&p->body, s);
    }
    return true;
}

static bool format_parts(MdhThread *t, Parts *p, MdhValue v, const MdhFormatSpec *spec)
{
    bool is_int = mdh_is_int(v), is_float = mdh_is_float(v);
    switch (spec->type) {
    case 'd':
    case 'x':
    case 'X':
    case 'b':
    case 'o':
        if (!is_int) break;
        format_int(p, mdh_int_of(v), spec);
        return true;
    case 'e':
    case 'f':
    case 'g':
        if (!is_int && !is_float) break;
        format_float(p, mdh_number_as_double(v), spec);
        return true;
    case 0:
        if (is_int) format_int(p, mdh_int_of(v), spec);
        if (is_float) format_float(p, mdh_float_of(v), spec);
        if (is_int || is_float) return true;
        MDH_FALLTHROUGH;
    default: return format_text(t, p, v, spec);
    }
    const char type[2] = {spec->type, '\0'};
    mdh_throw_type(t, "Cannae format a %k wi' '%s'", v, type);
    return false;
}

static void fill(MdhSb *out, const char *c, size_t n)
{
    size_t len = strlen(c);
    while (n-- > 0 && !out->failed) mdh_sb_put(out, c, len);
}

static size_t characters(const MdhSb *sb)
{
    size_t n = 0;
    for (size_t i = 0; i < sb->len; i++) n += (sb->data[i] & 0xC0) != 0x80;
    return n;
}

static void lay_out(MdhSb *out, const Parts *p, const MdhFormatSpec *spec)
{
    size_t width = spec->width > 0 ? (size_t)spec->width : 0;
    size_t taken = strlen(p->head) + characters(&p->body);
    size_t gap = width > taken ? width - taken : 0;
    char align = spec->align ? spec->align : p->is_number ? '>' : '<';
    const char *c = spec->fill[0]                                  ? spec->fill
                    : spec->zero && (p->may_zero || !p->is_number) ? "0"
                                                                   : " ";
    bool zeros_inside = spec->zero && !spec->align && p->may_zero;
    size_t left = align == '>' ? gap : align == '^' ? gap / 2 : 0;
    if (zeros_inside) left = 0;
    fill(out, c, left);
    mdh_sb_puts(out, p->head);
    if (zeros_inside) fill(out, "0", gap);
    mdh_sb_put(out, p->body.data, p->body.len);
    if (!zeros_inside) fill(out, c, gap - left);
}

MdhValue mdh_format_value(MdhThread *t, MdhValue v, const MdhFormatSpec *spec)
{
    Parts parts = {.head = ""};
    MdhSb out;
    mdh_sb_init(&parts.body);
    if (!format_parts(t, &parts, v, spec)) {
        mdh_sb_deinit(&parts.body);
        return MDH_EXC;
    }
    mdh_sb_init(&out);
    lay_out(&out, &parts, spec);
    if (parts.body.failed) out.failed = true;
    mdh_sb_deinit(&parts.body);
    return mdh_sb_finish(t, &out);
}
