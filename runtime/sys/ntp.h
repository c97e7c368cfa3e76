// SPDX-License-Identifier: MIT
// NTP timestamps: seconds since 1900 modulo 2^32 and a 32-bit fraction (RFC 5905 §6, RFC 3550 §4).
// Era 0 ends on 2036-02-07; a timestamp from the wire does not say its era, so it is read as the
// one nearest to a time that is known (within 68 years of it).
#ifndef MDH_SYS_NTP_H
#define MDH_SYS_NTP_H

#include <stdbool.h>
#include <stdint.h>

#define NTP_TO_UNIX_S INT64_C(2208988800) // 1900-01-01 to 1970-01-01

typedef struct NtpTime {
    int32_t era; // 0 in 2000
    uint32_t sec, frac;
} NtpTime;

#define NTP_S_NS INT64_C(1000000000)

static inline int64_t ntp_floor_s(int64_t ns)
{
    return ns / NTP_S_NS - (ns % NTP_S_NS < 0);
}

// The fraction is cut down and rounded up on the way back, so every nanosecond comes back exactly.
static inline NtpTime ntp_from_unix_ns(int64_t ns)
{
    int64_t s = ntp_floor_s(ns), since_1900 = s + NTP_TO_UNIX_S;
    // ns - s * 10^9 without the overflow at the least ns
    uint64_t rest = (uint64_t)ns - (uint64_t)s * (uint64_t)NTP_S_NS;
    return (NtpTime){(int32_t)(since_1900 >> 32), (uint32_t)since_1900,
                     (uint32_t)((rest << 32) / (uint64_t)NTP_S_NS)};
}

// Nanoseconds since 1970 of that timestamp, the one nearest to near_ns. False when it is out of
// range (before 1677, after 2262).
static inline bool ntp_to_unix_ns(uint32_t sec, uint32_t frac, int64_t near_ns, int64_t *ns)
{
    int64_t near_1900 = ntp_floor_s(near_ns) + NTP_TO_UNIX_S;
    int64_t s = near_1900 + (int32_t)(sec - (uint32_t)near_1900) - NTP_TO_UNIX_S;
    int64_t rest = (int64_t)(((uint64_t)frac * (uint64_t)NTP_S_NS + UINT32_MAX) >> 32);
    // before 1970 the product alone may be out of range where the sum is not
    if (s < 0) {
        s++;
        rest -= NTP_S_NS;
    }
    return !__builtin_mul_overflow(s, NTP_S_NS, ns) &&
           !__builtin_add_overflow(*ns, rest, ns);
}

#endif
