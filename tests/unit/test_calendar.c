// SPDX-License-Identifier: MIT
// Against the C library, which is slow and has a locale but knows the calendar.
#include "runtime/sys/calendar.h"

#include <string.h>
#include <time.h>

#include "tests/unit/harness.h"

static const char *format(int64_t secs, const char *how)
{
    static char text[2][256];
    static int which;
    char *out = text[which ^= 1];
    MdhDate d;
    Buf b;
    REQUIRE(mdh_date_utc(secs, &d));
    buf_init(&b, 255);
    mdh_date_format(&d, slice_from_cstr(how), &b);
    memcpy(out, b.data, b.len + 1);
    buf_deinit(&b);
    return out;
}

// Many days of 5000 years, at odd times.
TEST(every_letter_as_the_c_library_has_it)
{
    char all[] = "%Y-%m-%d %H:%M:%S %y %C %e %k %I %l %j %u %w %U %W %G %g %V %p "
                 "%a %A %b %B %h %D %F %R %T %r %c %x %X %n%t%%";
    char want[512];
    for (int64_t secs = -60000000000; secs < 100000000000;
         secs += INT64_C(86400) * 97 + 4321) {
        time_t when = (time_t)secs;
        struct tm tm;
        gmtime_r(&when, &tm);
        REQUIRE(strftime(want, sizeof want, all, &tm) > 0);
        // The C library pads no year.
        if (tm.tm_year + 1900 < 1000) continue;
        const char *got = format(secs, all);
        if (strcmp(got, want)) {
            CHECK_STR(got, want);
            return;
        }
    }
}

TEST(seconds_and_back)
{
    for (int64_t secs = -MDH_MAX_SECS; secs < MDH_MAX_SECS;
         secs += INT64_C(86400) * 99991 + 12345) {
        MdhDate d;
        REQUIRE(mdh_date_utc(secs, &d));
        CHECK_EQ(mdh_date_secs(&d), secs);
    }
    MdhDate d;
    CHECK(!mdh_date_utc(MDH_MAX_SECS + 1, &d));
    CHECK(!mdh_date_utc(INT64_MIN, &d));
    CHECK(!mdh_date_local(INT64_MAX, &d));
}

TEST(flags_fractions_offsets)
{
    CHECK_STR(format(0, "%-d/%-m %_H %:z %z %Z"), "1/1  0 +00:00 +0000 UTC");
    CHECK_STR(format(0, "%f %3f %.3f %.6f"), "000000000 000 .000 .000000");
    CHECK_STR(format(0, "%Q %"), "%Q %");
    CHECK_STR(format(0, "%"), "%");
    CHECK_STR(format(0, "%-"), "%-");
    CHECK_STR(format(0, ""), "");
    CHECK_STR(format(-62198755200, "%Y"), "-001");
}

static int64_t parse(const char *text, const char *how)
{
    int64_t secs = -1;
    const char *wrong = mdh_date_parse(slice_from_cstr(text), slice_from_cstr(how), &secs);
    return wrong ? -999 : secs;
}

TEST(parsing)
{
    CHECK_EQ(parse("1970-01-02 00:00:01", "%Y-%m-%d %H:%M:%S"), 86401);
    CHECK_EQ(parse("2024-02-29T12:30", "%FT%R"), 1709209800);
    CHECK_EQ(parse("29 Feb 2024 12:30 PM", "%d %b %Y %I:%M %p"), 1709209800);
    CHECK_EQ(parse("29 february 24 12:30", "%e %B %y %H:%M"), 1709209800);
    CHECK_EQ(parse("Thu, 29 Feb 2024 12:30:00 +0100", "%a, %d %b %Y %T %z"), 1709206200);
    CHECK_EQ(parse("2024-060 12:30", "%Y-%j %H:%M"), 1709209800);
    CHECK_EQ(parse("1709209800", "%s"), 1709209800);
    CHECK_EQ(parse("12:30:00.123 2024-02-29", "%H:%M:%S%.3f %F"), 1709209800);
    CHECK_EQ(parse("100% 2024-02-29 12:30", "100%% %F %R"), 1709209800);
    CHECK_EQ(parse("12:00 AM 1970-01-01", "%I:%M %p %F"), 0);
}

TEST(what_cannot_be_parsed)
{
    CHECK_EQ(parse("2024-02-30 00:00", "%F %R"), -999);
    CHECK_EQ(parse("2023-02-29 00:00", "%F %R"), -999);
    CHECK_EQ(parse("2024-02-29", "%F"), -999);
    CHECK_EQ(parse("12:30", "%R"), -999);
    CHECK_EQ(parse("2024-13-01 00:00", "%F %R"), -999);
    CHECK_EQ(parse("2024-02-29 24:00", "%F %R"), -999);
    CHECK_EQ(parse("2024-02-29 00:00 x", "%F %R"), -999);
    CHECK_EQ(parse("", "%F %R"), -999);
    CHECK_EQ(parse("x", "%"), -999);
    CHECK_EQ(parse("x", "%Q"), -999);
    CHECK_EQ(parse("99999999999999999999", "%s"), -999);
    CHECK_EQ(parse("2024-02-29 11:00", "%F %I:%M"), -999);
}
