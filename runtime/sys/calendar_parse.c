// SPDX-License-Identifier: MIT
// Reading a date by a strftime format: each letter takes its field from the text, white space in
// the format takes any white space, other characters must be there as they are.
#include <string.h>

#include "runtime/sys/calendar.h"

enum { HAS_YEAR = 1, HAS_MONTH = 2, HAS_DAY = 4, HAS_HOUR = 8, HAS_MINUTE = 16, HAS_EPOCH = 32,
       HAS_YEARDAY = 64 };

typedef struct Reading {
    Slice text;
    MdhDate date;
    int64_t epoch;
    int half;                // 0 unknown, 1 AM, 2 PM
    int hour12;              // 0 unknown
    unsigned has;
} Reading;

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(Slice *s)
{
    while (s->len && is_blank(s->ptr[0])) *s = slice_from(*s, 1);
}

// A number of at most `width` digits between the bounds.
static bool take_number(Slice *s, int width, int64_t least, int64_t most, int64_t *out)
{
    int64_t n = 0;
    int digits = 0;
    skip_blanks(s);
    bool minus = least < 0 && s->len && s->ptr[0] == '-';
    if (minus || (least < 0 && s->len && s->ptr[0] == '+')) *s = slice_from(*s, 1);
    while (digits < width && s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        n = n * 10 + (s->ptr[0] - '0');
        *s = slice_from(*s, 1);
        digits++;
    }
    if (minus) n = -n;
    *out = n;
    return digits && n >= least && n <= most;
}

static bool take_int(Reading *r, int width, int least, int most, int *out, unsigned has)
{
    int64_t n;
    if (!take_number(&r->text, width, least, most, &n)) return false;
    *out = (int)n;
    r->has |= has;
    return true;
}

// One of the names, whole or its first three letters. Its index or -1.
static int take_name(Slice *s, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        size_t whole = strlen(names[i]);
        for (int part = 0; part < 2; part++) {
            size_t n = part ? 3 : whole;
            if (s->len < n || !slice_eq_nocase((Slice){s->ptr, n}, (Slice){names[i], n})) continue;
            *s = slice_from(*s, n);
            return i;
        }
    }
    return -1;
}

static bool take_half(Reading *r)
{
    Slice two = slice_sub(r->text, 0, 2);
    if (slice_eq_nocase(two, SLICE_LIT("am"))) r->half = 1;
    else if (slice_eq_nocase(two, SLICE_LIT("pm"))) r->half = 2;
    r->text = slice_from(r->text, 2);
    return r->half != 0;
}

static bool take_offset(Reading *r)
{
    int64_t hours, minutes;
    skip_blanks(&r->text);
    if (r->text.len && (r->text.ptr[0] | 32) == 'z') {
        r->text = slice_from(r->text, 1);
        return true;
    }
    if (!r->text.len || (r->text.ptr[0] != '+' && r->text.ptr[0] != '-')) return false;
    bool west = r->text.ptr[0] == '-';
    r->text = slice_from(r->text, 1);
    if (!take_number(&r->text, 2, 0, 23, &hours)) return false;
    if (r->text.len && r->text.ptr[0] == ':') r->text = slice_from(r->text, 1);
    if (!take_number(&r->text, 2, 0, 59, &minutes)) return false;
    r->date.offset_s = (int)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

static bool take_fraction(Reading *r)
{
    int digits = 0;
    if (r->text.len && r->text.ptr[0] == '.') r->text = slice_from(r->text, 1);
    for (; r->text.len && r->text.ptr[0] >= '0' && r->text.ptr[0] <= '9'; digits++)
        r->text = slice_from(r->text, 1);
    return digits > 0;
}

static bool take_year2(Reading *r)
{
    int64_t n;
    if (!take_number(&r->text, 2, 0, 99, &n)) return false;
    r->date.year = n + (n < 69 ? 2000 : 1900); // POSIX: 69..99 are of the last century
    r->has |= HAS_YEAR;
    return true;
}

// Four digits, so that a month may follow at once; after a sign as many as a year can have.
static bool take_year(Reading *r)
{
    skip_blanks(&r->text);
    bool is_signed = r->text.len && (r->text.ptr[0] == '-' || r->text.ptr[0] == '+');
    r->has |= HAS_YEAR;
    return take_number(&r->text, is_signed ? 6 : 4, -262143, 262142, &r->date.year);
}

static bool take_zone_name(Reading *r)
{
    size_t n = 0;
    while (n < r->text.len && ((r->text.ptr[n] | 32) >= 'a' && (r->text.ptr[n] | 32) <= 'z')) n++;
    r->text = slice_from(r->text, n);
    return n > 0;
}

static bool take_format(Reading *r, Slice format);

static bool take_letter(Reading *r, char letter)
{
    MdhDate *d = &r->date;
    int ignored;
    switch (letter) {
    case 'Y': return take_year(r);
    case 'y': return take_year2(r);
    case 'm': return take_int(r, 2, 1, 12, &d->month, HAS_MONTH);
    case 'd': case 'e': return take_int(r, 2, 1, 31, &d->day, HAS_DAY);
    case 'j': return take_int(r, 3, 1, 366, &d->yearday, HAS_YEARDAY);
    case 'H': case 'k': return take_int(r, 2, 0, 23, &d->hour, HAS_HOUR);
    case 'I': case 'l': return take_int(r, 2, 1, 12, &r->hour12, HAS_HOUR);
    case 'M': return take_int(r, 2, 0, 59, &d->minute, HAS_MINUTE);
    case 'S': return take_int(r, 2, 0, 60, &d->second, 0);
    case 'u': case 'w': return take_int(r, 1, 0, 7, &ignored, 0);
    case 'f': return take_fraction(r);
    case 'p': case 'P': return take_half(r);
    case 'a': case 'A': return take_name(&r->text, mdh_day_names, 7) >= 0;
    case 'b': case 'B': case 'h':
        d->month = take_name(&r->text, mdh_month_names, 12) + 1;
        r->has |= HAS_MONTH;
        return d->month > 0;
    case 's':
        r->has |= HAS_EPOCH;
        return take_number(&r->text, 18, -MDH_MAX_SECS, MDH_MAX_SECS, &r->epoch);
    case 'z': return take_offset(r);
    case 'Z': return take_zone_name(r);
    case 'n': case 't': skip_blanks(&r->text); return true;
    case 'D': case 'x': return take_format(r, SLICE_LIT("%m/%d/%y"));
    case 'F': return take_format(r, SLICE_LIT("%Y-%m-%d"));
    case 'R': return take_format(r, SLICE_LIT("%H:%M"));
    case 'T': case 'X': return take_format(r, SLICE_LIT("%H:%M:%S"));
    case 'r': return take_format(r, SLICE_LIT("%I:%M:%S %p"));
    case 'c': return take_format(r, SLICE_LIT("%a %b %e %H:%M:%S %Y"));
    default: return false;
    }
}

static bool take_char(Reading *r, char c)
{
    if (!r->text.len || r->text.ptr[0] != c) return false;
    r->text = slice_from(r->text, 1);
    return true;
}

static bool take_format(Reading *r, Slice format)
{
    for (; format.len; format = slice_from(format, 1)) {
        char c = format.ptr[0];
        if (is_blank(c)) {
            skip_blanks(&r->text);
            continue;
        }
        if (c != '%') {
            if (!take_char(r, c)) return false;
            continue;
        }
        format = slice_from(format, 1);
        // Flags and the precision of a fraction say how to write, not what to read.
        while (format.len > 1 && format.ptr[0] && strchr("-_0:.369", format.ptr[0]))
            format = slice_from(format, 1);
        if (!format.len) return false;
        bool taken = format.ptr[0] == '%' ? take_char(r, '%') : take_letter(r, format.ptr[0]);
        if (!taken) return false;
    }
    return true;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static const char *settle(Reading *r)
{
    const unsigned whole = HAS_YEAR | HAS_MONTH | HAS_DAY;
    MdhDate *d = &r->date;
    if (r->has & HAS_EPOCH) return NULL;
    bool by_yearday = (r->has & (HAS_YEAR | HAS_YEARDAY)) == (HAS_YEAR | HAS_YEARDAY);
    if (!by_yearday && (r->has & whole) != whole) return "it needs a year, a month and a day";
    if ((r->has & (HAS_HOUR | HAS_MINUTE)) != (HAS_HOUR | HAS_MINUTE))
        return "it needs an hour and a minute";
    if (r->hour12) {
        if (!r->half) return "it needs AM or PM";
        d->hour = r->hour12 % 12 + (r->half == 2 ? 12 : 0);
    }
    if (by_yearday && (r->has & whole) != whole) d->month = 1, d->day = 1;
    else if (d->day > days_in_month(d->year, d->month)) return "there is nae sic day";
    r->epoch = mdh_date_secs(d) - d->offset_s;
    if (by_yearday && (r->has & whole) != whole) r->epoch += (int64_t)(d->yearday - 1) * 86400;
    return NULL;
}

const char *mdh_date_parse(Slice text, Slice format, int64_t *secs)
{
    Reading r = {.text = text};
    if (!take_format(&r, format)) return "it doesnae match the format";
    if (r.text.len) return "there is mair efter the date";
    const char *wrong = settle(&r);
    if (!wrong) *secs = r.epoch;
    return wrong;
}
