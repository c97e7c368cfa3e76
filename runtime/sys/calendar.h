// SPDX-License-Identifier: MIT
// Dates: seconds since 1970 to and from the calendar (proleptic Gregorian, no leap seconds), and
// their texts by strftime's letters. No locale, no hidden state; only local time asks the system.
#ifndef MDH_SYS_CALENDAR_H
#define MDH_SYS_CALENDAR_H

#include "base/buf.h"
#include "base/slice.h"

// Seconds between the years -262143 and 262143, what dates are limited to.
#define MDH_MAX_SECS INT64_C(8210298412799)

typedef struct MdhDate {
    int64_t year;
    int month, day;          // from 1
    int hour, minute, second;
    int weekday;             // 0 = Monday
    int yearday;             // from 1
    int nanosecond;
    int offset_s;            // of local time, east of Greenwich
    char zone[8];            // "UTC", "GMT", "BST"
} MdhDate;

// False when |secs| > MDH_MAX_SECS.
bool mdh_date_utc(int64_t secs, MdhDate *out);
bool mdh_date_local(int64_t secs, MdhDate *out);
// Fields year to second as UTC.
int64_t mdh_date_secs(const MdhDate *date);

extern const char *const mdh_month_names[12]; // "January"
extern const char *const mdh_day_names[7];    // from Monday

// Appends the date by a strftime format. Letters: a A b B c C d D e f F G g h H I j k l m M n p P
// r R s S t T u U V w W x X y Y z Z %, with the flags - _ 0 and %3f %6f %9f %.3f %:z. An unknown
// one stays as it is written.
void mdh_date_format(const MdhDate *date, Slice format, Buf *out);

// Reads a text by a format into a date and time, as UTC (or by its %z). NULL when it did, else
// what is wrong. Both a date (year, month, day; or %s) and a time (hour, minute) are needed.
const char *mdh_date_parse(Slice text, Slice format, int64_t *secs);

#endif
