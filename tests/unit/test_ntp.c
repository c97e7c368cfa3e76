// SPDX-License-Identifier: MIT
#include "runtime/sys/ntp.h"
#include "base/common.h"
#include "tests/unit/harness.h"

// RFC 5905 §6, figure 4: dates and their era and second.
TEST(dates_of_rfc5905)
{
    static const struct {
        int64_t unix_s;
        int32_t era;
        uint32_t sec;
    } rows[] = {
        {-NTP_TO_UNIX_S, 0, 0},         // 1900-01-01
        {0, 0, 2208988800u},            // 1970-01-01
        {63072000, 0, 2272060800u},     // 1972-01-01
        {946598400, 0, 3155587200u},    // 1999-12-31
        {2085978496, 1, 0},             // 2036-02-07 06:28:16
        {2085978495, 0, 4294967295u},   // and the second before
        {-2208988801, -1, 4294967295u}, // 1899-12-31 23:59:59
    };
    for (size_t i = 0; i < countof(rows); i++) {
        NtpTime ntp = ntp_from_unix_ns(rows[i].unix_s * NTP_S_NS);
        CHECK_EQ(ntp.era, rows[i].era);
        CHECK_EQ(ntp.sec, rows[i].sec);
        CHECK_EQ(ntp.frac, 0);
    }
}

TEST(nanoseconds_come_back)
{
    static const int64_t rows[] = {0,
                                   1,
                                   -1,
                                   999999999,
                                   -999999999,
                                   500000000,
                                   INT64_C(1700000000123456789),
                                   INT64_C(2085978495999999999),
                                   INT64_C(2085978496000000001),
                                   INT64_MAX,
                                   INT64_MIN};
    for (size_t i = 0; i < countof(rows); i++) {
        NtpTime ntp = ntp_from_unix_ns(rows[i]);
        int64_t back;
        CHECK(ntp_to_unix_ns(ntp.sec, ntp.frac, rows[i], &back));
        CHECK_EQ(back, rows[i]);
    }
    for (int64_t ns = 0; ns < NTP_S_NS; ns += 99991) {
        NtpTime ntp = ntp_from_unix_ns(ns);
        int64_t back;
        if (!ntp_to_unix_ns(ntp.sec, ntp.frac, 0, &back) || back != ns) CHECK_EQ(back, ns);
    }
}

TEST(the_era_is_the_nearest)
{
    int64_t end = INT64_C(2085978496) * NTP_S_NS, ns;
    CHECK(ntp_to_unix_ns(1, 0, end - NTP_S_NS, &ns)); // read just before the wrap
    CHECK_EQ(ns, end + NTP_S_NS);
    CHECK(ntp_to_unix_ns(UINT32_MAX, 0, end + NTP_S_NS, &ns)); // and just after
    CHECK_EQ(ns, end - NTP_S_NS);
    CHECK(!ntp_to_unix_ns(0x60000000, 0, INT64_MAX, &ns) || ns > 0);
}

TEST(fractions)
{
    int64_t ns;
    CHECK_EQ(ntp_from_unix_ns(500000000).frac, 0x80000000);
    CHECK_EQ(ntp_from_unix_ns(-500000000).sec, 2208988799u);
    CHECK_EQ(ntp_from_unix_ns(-500000000).frac, 0x80000000);
    CHECK(ntp_to_unix_ns(2208988800u, UINT32_MAX, 0, &ns));
    CHECK_EQ(ns, NTP_S_NS); // less than a nanosecond before
}
