// SPDX-License-Identifier: MIT
#include "runtime/sys/calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "runtime/sys/process.h"

const char *const mdh_month_names[12] = {
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December"};
const char *const mdh_day_names[7] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

// Days since 1970-01-01 of a date: eras of 400 years (146 097 days) that begin on 1 March, so
// that the leap day is the last of its year.
static int64_t days_from_date(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, MdhDate *out)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    out->year = yoe + era * 400 + (out->month <= 2);
    out->yearday = (int)(days - days_from_date(out->year, 1, 1)) + 1;
    int64_t weekday = (days + 3) % 7; // 1970-01-01 was a Thursday
    out->weekday = (int)(weekday < 0 ? weekday + 7 : weekday);
}

bool mdh_date_utc(int64_t secs, MdhDate *out)
{
    if (secs > MDH_MAX_SECS || secs < -MDH_MAX_SECS) return false;
    int64_t days = secs / 86400, rest = secs % 86400;
    if (rest < 0) rest += 86400, days--;
    memset(out, 0, sizeof *out);
    date_from_days(days, out);
    out->hour = (int)(rest / 3600);
    out->minute = (int)(rest / 60 % 60);
    out->second = (int)(rest % 60);
    memcpy(out->zone, "UTC", 4);
    return true;
}

bool mdh_date_local(int64_t secs, MdhDate *out)
{
    struct tm tm;
    time_t when = (time_t)secs;
    if (secs > MDH_MAX_SECS || secs < -MDH_MAX_SECS) return false;
    mdh_env_lock();
    tzset();
    bool ok = localtime_r(&when, &tm) != NULL;
    char zone[sizeof out->zone] = "";
    if (ok && tm.tm_zone) snprintf(zone, sizeof zone, "%s", tm.tm_zone);
    mdh_env_unlock();
    if (!ok || !mdh_date_utc(secs + tm.tm_gmtoff, out)) return false;
    out->offset_s = (int)tm.tm_gmtoff;
    memcpy(out->zone, zone, sizeof zone);
    return true;
}

int64_t mdh_date_secs(const MdhDate *d)
{
    return days_from_date(d->year, d->month, d->day) * 86400 + d->hour * 3600 + d->minute * 60 +
           d->second;
}

// Writing ----------------------------------------------------------------------------------

// The number, `width` digits, padded as the flag says or with `pad`.
static void put_number(Buf *out, int64_t n, int width, char pad, char flag)
{
    if (flag == '-') width = 1;
    else if (flag == '_') pad = ' ';
    else if (flag == '0') pad = '0';
    buf_printf(out, pad == ' ' ? "%*lld" : "%0*lld", width, (long long)n);
}

static void put_offset(Buf *out, int offset_s, bool colon)
{
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    buf_printf(out, colon ? "%c%02d:%02d" : "%c%02d%02d", offset_s < 0 ? '-' : '+', minutes / 60,
               minutes % 60);
}

static int hour12(const MdhDate *d)
{
    return d->hour % 12 ? d->hour % 12 : 12;
}

// Week of the year when weeks begin on `first` (0 = Monday, 6 = Sunday); days before the first
// such day are in week 0.
static int week_from(const MdhDate *d, int first)
{
    int since = (d->weekday - first + 7) % 7;
    return (d->yearday + 6 - since) / 7;
}

static int is_leap(int64_t y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

// ISO 8601: week 1 holds the year's first Thursday.
static int iso_week(const MdhDate *d, int64_t *year)
{
    int week = (d->yearday - 1 - d->weekday + 10) / 7;
    *year = d->year;
    if (week < 1) {
        MdhDate before = {.year = d->year - 1, .yearday = d->yearday + 365 + is_leap(d->year - 1),
                          .weekday = d->weekday};
        return iso_week(&before, year);
    }
    if (week == 53 && d->yearday - d->weekday + 3 > 365 + is_leap(d->year)) {
        *year = d->year + 1;
        return 1;
    }
    return week;
}

static void put_fraction(Buf *out, const MdhDate *d, int digits)
{
    char text[16];
    snprintf(text, sizeof text, "%09d", d->nanosecond);
    buf_put(out, text, (size_t)digits);
}

static void put_iso(Buf *out, const MdhDate *d, char letter, char flag)
{
    int64_t year;
    int week = iso_week(d, &year);
    if (letter == 'V') put_number(out, week, 2, '0', flag);
    else if (letter == 'G') put_number(out, year, 4, '0', flag);
    else put_number(out, (year % 100 + 100) % 100, 2, '0', flag);
}

static void put_name(Buf *out, const char *name, bool whole)
{
    buf_put(out, name, whole ? strlen(name) : 3);
}

// Letters that stand for a longer format.
static const char *expansion(char letter)
{
    switch (letter) {
    case 'D': case 'x': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'R': return "%H:%M";
    case 'T': case 'X': return "%H:%M:%S";
    case 'r': return "%I:%M:%S %p";
    case 'c': return "%a %b %e %H:%M:%S %Y";
    case 'v': return "%e-%b-%Y";
    default: return NULL;
    }
}

// False for a letter that is none.
static bool put_letter(Buf *out, const MdhDate *d, char letter, char flag)
{
    const char *longer = expansion(letter);
    if (longer) {
        mdh_date_format(d, slice_from_cstr(longer), out);
        return true;
    }
    switch (letter) {
    case 'Y': put_number(out, d->year, 4, '0', flag); return true;
    case 'y': put_number(out, (d->year % 100 + 100) % 100, 2, '0', flag); return true;
    case 'C': put_number(out, d->year / 100, 2, '0', flag); return true;
    case 'm': put_number(out, d->month, 2, '0', flag); return true;
    case 'd': put_number(out, d->day, 2, '0', flag); return true;
    case 'e': put_number(out, d->day, 2, ' ', flag); return true;
    case 'H': put_number(out, d->hour, 2, '0', flag); return true;
    case 'k': put_number(out, d->hour, 2, ' ', flag); return true;
    case 'I': put_number(out, hour12(d), 2, '0', flag); return true;
    case 'l': put_number(out, hour12(d), 2, ' ', flag); return true;
    case 'M': put_number(out, d->minute, 2, '0', flag); return true;
    case 'S': put_number(out, d->second, 2, '0', flag); return true;
    case 'j': put_number(out, d->yearday, 3, '0', flag); return true;
    case 'u': put_number(out, d->weekday + 1, 1, '0', flag); return true;
    case 'w': put_number(out, (d->weekday + 1) % 7, 1, '0', flag); return true;
    case 'U': put_number(out, week_from(d, 6), 2, '0', flag); return true;
    case 'W': put_number(out, week_from(d, 0), 2, '0', flag); return true;
    case 'G': case 'g': case 'V': put_iso(out, d, letter, flag); return true;
    case 's': put_number(out, mdh_date_secs(d) - d->offset_s, 1, '0', flag); return true;
    case 'f': put_fraction(out, d, 9); return true;
    case 'p': buf_puts(out, d->hour < 12 ? "AM" : "PM"); return true;
    case 'P': buf_puts(out, d->hour < 12 ? "am" : "pm"); return true;
    case 'a': put_name(out, mdh_day_names[d->weekday], false); return true;
    case 'A': put_name(out, mdh_day_names[d->weekday], true); return true;
    case 'b': case 'h': put_name(out, mdh_month_names[d->month - 1], false); return true;
    case 'B': put_name(out, mdh_month_names[d->month - 1], true); return true;
    case 'z': put_offset(out, d->offset_s, false); return true;
    case 'Z': buf_puts(out, d->zone); return true;
    case 'n': buf_putc(out, '\n'); return true;
    case 't': buf_putc(out, '\t'); return true;
    case '%': buf_putc(out, '%'); return true;
    default: return false;
    }
}

// What follows a '%'; returns the octets used, 0 when it is nothing we know.
static size_t put_spec(Buf *out, const MdhDate *d, Slice rest)
{
    const char *p = rest.ptr;
    if (rest.len >= 2 && p[0] == ':' && p[1] == 'z') {
        put_offset(out, d->offset_s, true);
        return 2;
    }
    bool dot = rest.len >= 3 && p[0] == '.';
    if (dot) p++;
    if (rest.len >= 2u + dot && p[0] && strchr("369", p[0]) && p[1] == 'f') {
        if (dot) buf_putc(out, '.');
        put_fraction(out, d, p[0] - '0');
        return 2u + dot;
    }
    p = rest.ptr;
    bool flagged = rest.len >= 2 && p[0] && strchr("-_0", p[0]);
    if (rest.len && put_letter(out, d, p[flagged], flagged ? p[0] : 0)) return 1u + flagged;
    return 0;
}

void mdh_date_format(const MdhDate *d, Slice format, Buf *out)
{
    while (format.len) {
        size_t text = slice_find_char(format, '%');
        if (text == SLICE_NOT_FOUND) text = format.len;
        buf_put(out, format.ptr, text);
        format = slice_from(format, text);
        if (!format.len) return;
        size_t used = put_spec(out, d, slice_from(format, 1));
        if (!used) buf_putc(out, '%');
        format = slice_from(format, 1 + used);
    }
}
