// SPDX-License-Identifier: MIT
#include "abi/abi.h"
#include "base/os.h"
#include "runtime/builtins/name.h"
#include "runtime/core/fn.h"
#include "runtime/core/throw.h"
#include "runtime/data/dict.h"
#include "runtime/data/object.h"
#include "runtime/data/str.h"
#include "runtime/sys/calendar.h"
#include "runtime/sys/clock.h"
#include "runtime/sys/ntp.h"
#include "runtime/sys/out.h"

#define MS_NS      INT64_C(1000000)
#define S_NS       INT64_C(1000000000)
#define FORMAT_MAX (1 << 20) // octets of a formatted date

// Clocks ---------------------------------------------------------------------------------------

static MdhValue mono(MdhThread *t, int64_t unit_ns)
{
    return mdh_int(t, (int64_t)(os_mono_ns() - mdh_mono_start_ns()) / unit_ns);
}

MdhValue __mdh_noo(MdhThread *t, int argc, const MdhArgs_noo *a)
{
    (void)argc, (void)a;
    return mdh_int(t, os_wall_ns() / MS_NS);
}

MdhValue __mdh_tick(MdhThread *t, int argc, const MdhArgs_tick *a)
{
    (void)argc, (void)a;
    return mdh_int(t, os_wall_ns());
}

MdhValue __mdh_the_noo(MdhThread *t, int argc, const MdhArgs_the_noo *a)
{
    (void)argc, (void)a;
    return mdh_int(t, os_wall_ns() / S_NS);
}

MdhValue __mdh_mono_ms(MdhThread *t, int argc, const MdhArgs_mono_ms *a)
{
    (void)argc, (void)a;
    return mono(t, MS_NS);
}

MdhValue __mdh_mono_us(MdhThread *t, int argc, const MdhArgs_mono_us *a)
{
    (void)argc, (void)a;
    return mono(t, 1000);
}

MdhValue __mdh_mono_ns(MdhThread *t, int argc, const MdhArgs_mono_ns *a)
{
    (void)argc, (void)a;
    return mono(t, 1);
}

static MdhValue ntp_dict(MdhThread *t, int64_t unix_ns)
{
    NtpTime ntp = ntp_from_unix_ns(unix_ns);
    MdhValue d = mdh_dict_new(t, 3);
    if (mdh_is_exc(d) || !mdh_dict_put_c(t, d, "sec", mdh_fix(ntp.sec)) ||
        !mdh_dict_put_c(t, d, "frac", mdh_fix(ntp.frac)) ||
        !mdh_dict_put_c(t, d, "era", mdh_fix(ntp.era)))
        return MDH_EXC;
    return d;
}

MdhValue __mdh_ntp_now(MdhThread *t, int argc, const MdhArgs_ntp_now *a)
{
    (void)argc, (void)a;
    return ntp_dict(t, os_wall_ns());
}

MdhValue __mdh_ntp_from_unix_ns(MdhThread *t, int argc, const MdhArgs_ntp_from_unix_ns *a)
{
    (void)argc;
    return ntp_dict(t, mdh_int_of(a->ns));
}

static bool is_u32(MdhValue v)
{
    return mdh_is_int(v) && mdh_int_of(v) >= 0 && mdh_int_of(v) <= UINT32_MAX;
}

static MdhValue unix_ns(MdhThread *t, MdhValue sec, MdhValue frac, MdhValue near)
{
    int64_t near_ns = mdh_is_naething(near) ? os_wall_ns() : mdh_int_of(near), ns;
    if (is_u32(sec) && is_u32(frac) &&
        ntp_to_unix_ns((uint32_t)mdh_int_of(sec), (uint32_t)mdh_int_of(frac), near_ns, &ns))
        return mdh_int(t, ns);
    return mdh_throw_native(t, "%s() value out o' range", MDH_NAME(unix_ns_from_ntp));
}

MdhValue __mdh_unix_ns_from_ntp(MdhThread *t, int argc, const MdhArgs_unix_ns_from_ntp *a)
{
    (void)argc;
    return unix_ns(t, a->sec, a->frac, a->near);
}

MdhValue __mdh_unix_ns_from_ntp_dict(MdhThread *t, int argc,
                                     const MdhArgs_unix_ns_from_ntp_dict *a)
{
    (void)argc;
    return unix_ns(t, mdh_dict_get_c(a->time, "sec"), mdh_dict_get_c(a->time, "frac"), a->near);
}

// Waiting --------------------------------------------------------------------------------------

// What has been printed is seen before the wait, also through a pipe.
static MdhValue sleep_ms(MdhThread *t, double ms)
{
    if (ms < 0) return mdh_throw_native(t, "Cannae snooze fer negative time, ya daftie!");
    uint64_t now = os_mono_ns();
    double ns = ms * 1e6;
    mdh_out_flush();
    os_sleep_until_ns(ns < 9e18 ? now + (uint64_t)ns : OS_NEVER - 1);
    return MDH_NAETHING;
}

MdhValue __mdh_snooze(MdhThread *t, int argc, const MdhArgs_snooze *a)
{
    (void)argc;
    return sleep_ms(t, (double)mdh_int_of(a->ms));
}

MdhValue __mdh_bide(MdhThread *t, int argc, const MdhArgs_bide *a)
{
    (void)argc;
    double ms = mdh_number_as_double(a->ms);
    if (ms != ms)
        return mdh_throw_native(t, "%s() needs a number o' milliseconds", MDH_NAME(bide));
    return sleep_ms(t, ms);
}

static MdhValue callable_name(MdhThread *t, MdhValue fn)
{
    switch (mdh_tag(fn)) {
    case MDH_TAG_FUNCTION: return mdh_str_c(t, ((MdhFn *)mdh_ptr(fn))->info->name);
    case MDH_TAG_NATIVE_FUNCTION:
        return mdh_str_c(t, ((MdhNativeFn *)mdh_ptr(fn))->row->name);
    case MDH_TAG_CLASS: return ((MdhClass *)mdh_ptr(fn))->name;
    default: return ((MdhStruct *)mdh_ptr(fn))->name;
    }
}

MdhValue __mdh_stopwatch(MdhThread *t, int argc, const MdhArgs_stopwatch *a)
{
    (void)argc;
    MdhValue name = callable_name(t, a->fn);
    if (mdh_is_exc(name)) return name;
    MdhSb sb;
    mdh_sb_init(&sb);
    mdh_sb_printf(&sb, "Use '%s()' before and after callin' '", MDH_NAME(noo));
    mdh_sb_put_str(&sb, name);
    mdh_sb_puts(&sb, "' tae time it!");
    return mdh_sb_finish(t, &sb);
}

// Dates ----------------------------------------------------------------------------------------

static MdhValue throw_timestamp(MdhThread *t)
{
    return mdh_throw_native(t, "Invalid timestamp");
}

// Whole seconds of a number; false when they are no date.
static bool secs_of(MdhValue v, int64_t *out)
{
    double d = mdh_number_as_double(v);
    if (!(d >= (double)-MDH_MAX_SECS && d <= (double)MDH_MAX_SECS)) return false;
    *out = mdh_is_int(v) ? mdh_int_of(v) : (int64_t)d;
    return true;
}

MdhValue __mdh_date_now(MdhThread *t, int argc, const MdhArgs_date_now *a)
{
    (void)argc, (void)a;
    MdhDate d;
    if (!mdh_date_local(os_wall_ns() / S_NS, &d)) return throw_timestamp(t);
    const struct {
        const char *key;
        int64_t value;
    } parts[] = {
        {"year", d.year},       {"month", d.month},   {"day", d.day},
        {"hour", d.hour},       {"minute", d.minute}, {"second", d.second},
        {"weekday", d.weekday},
    };
    MdhValue dict = mdh_dict_new(t, countof(parts));
    for (size_t i = 0; i < countof(parts) && !mdh_is_exc(dict); i++)
        if (!mdh_dict_put_c(t, dict, parts[i].key, mdh_fix(parts[i].value))) dict = MDH_EXC;
    return dict;
}

MdhValue __mdh_date_format(MdhThread *t, int argc, const MdhArgs_date_format *a)
{
    (void)argc;
    int64_t secs;
    MdhDate d;
    Buf text;
    if (!secs_of(a->secs, &secs) || !mdh_date_local(secs, &d)) return throw_timestamp(t);
    buf_init(&text, FORMAT_MAX);
    mdh_date_format(&d, mdh_str_slice(a->format), &text);
    MdhValue result =
        buf_ok(&text) ? mdh_str_new(t, text.data, text.len) : mdh_throw_oom(t, FORMAT_MAX);
    buf_deinit(&text);
    return result;
}

MdhValue __mdh_date_parse(MdhThread *t, int argc, const MdhArgs_date_parse *a)
{
    (void)argc;
    int64_t secs;
    const char *wrong =
        mdh_date_parse(mdh_str_slice(a->text), mdh_str_slice(a->format), &secs);
    if (wrong) return mdh_throw_native(t, "Couldnae parse date '%v': %s", a->text, wrong);
    return mdh_int(t, secs);
}

// Milliseconds of a unit, 0 when it is none.
static int64_t unit_ms(MdhValue unit)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"milliseconds", 1}, {"seconds", 1000},  {"minutes", 60000},
        {"hours", 3600000},  {"days", 86400000}, {"weeks", 604800000},
    };
    for (size_t i = 0; i < countof(units); i++)
        if (mdh_str_is(unit, units[i].name)) return units[i].ms;
    return 0;
}

static MdhValue throw_unit(MdhThread *t, MdhValue unit)
{
    return mdh_throw_native(t, "Unknown time unit: %v", unit);
}

MdhValue __mdh_date_add(MdhThread *t, int argc, const MdhArgs_date_add *a)
{
    (void)argc;
    int64_t secs, n, unit = unit_ms(a->unit) / 1000, sum;
    if (!unit) return throw_unit(t, a->unit);
    if (!secs_of(a->secs, &secs) || !secs_of(a->n, &n)) return throw_timestamp(t);
    if (__builtin_mul_overflow(n, unit, &n) || __builtin_add_overflow(secs, n, &sum) ||
        sum > MDH_MAX_SECS || sum < -MDH_MAX_SECS)
        return throw_timestamp(t);
    return mdh_int(t, sum);
}

MdhValue __mdh_date_diff(MdhThread *t, int argc, const MdhArgs_date_diff *args)
{
    (void)argc;
    int64_t a, b, unit = unit_ms(args->unit);
    if (!unit) return throw_unit(t, args->unit);
    if (!secs_of(args->a, &a) || !secs_of(args->b, &b)) return throw_timestamp(t);
    return mdh_int(t, (b - a) * 1000 / unit);
}

// In words -------------------------------------------------------------------------------------

static const char *part_of_day(int hour)
{
    if (hour < 6) return "It's the wee small hours";
    if (hour < 12) return "It's the mornin'";
    if (hour < 13) return "It's high noon";
    if (hour < 18) return "It's the efternoon";
    return hour < 22 ? "It's the evenin'" : "It's gettin' late";
}

MdhValue __mdh_braw_time(MdhThread *t, int argc, const MdhArgs_braw_time *a)
{
    (void)argc, (void)a;
    MdhDate d;
    MdhSb sb;
    if (!mdh_date_utc(os_wall_ns() / S_NS, &d)) return throw_timestamp(t);
    mdh_sb_init(&sb);
    mdh_sb_printf(&sb, "%s (%02d:%02d)", part_of_day(d.hour), d.hour, d.minute);
    return mdh_sb_finish(t, &sb);
}

static const char *ordinal_end(int day)
{
    if (day >= 11 && day <= 13) return "th";
    switch (day % 10) {
    case 1: return "st";
    case 2: return "nd";
    case 3: return "rd";
    default: return "th";
    }
}

MdhValue __mdh_braw_date(MdhThread *t, int argc, const MdhArgs_braw_date *a)
{
    static const char *const days[] = {"Monday", "Tuesday",   "Wednesday",  "Thursday",
                                       "Friday", "Setterday", "the Sabbath"};
    static const char *const months[] = {"Januar",    "Februar", "Mairch",   "Aprile",
                                         "Mey",       "Juin",    "Julie",    "August",
                                         "September", "October", "November", "December"};
    (void)argc;
    int64_t secs = os_wall_ns() / S_NS;
    MdhDate d;
    MdhSb sb;
    if (!mdh_is_naething(a->secs) && !secs_of(a->secs, &secs)) return throw_timestamp(t);
    if (!mdh_date_utc(secs, &d)) return throw_timestamp(t);
    mdh_sb_init(&sb);
    mdh_sb_printf(&sb, "%s, the %d%s o' %s, %lld", days[d.weekday], d.day,
                  ordinal_end(d.day), months[d.month - 1], (long long)d.year);
    return mdh_sb_finish(t, &sb);
}
