// SPDX-License-Identifier: MIT
#include <math.h>

#include "runtime/core/value.h"
#include "runtime/data/bytes.h"
#include "runtime/data/dict.h"
#include "runtime/data/list.h"
#include "tests/unit/rt.h"

static const int64_t ints[] = {
    0,
    1,
    -1,
    255,
    INT32_MAX,
    INT32_MIN,
    MDH_INT_MAX63,
    MDH_INT_MIN63,
    MDH_INT_MAX63 + 1,
    MDH_INT_MIN63 - 1,
    INT64_MAX,
    INT64_MIN,
};

TEST(integers_survive_and_only_wide_ones_are_boxed)
{
    for (size_t i = 0; i < countof(ints); i++) {
        MdhValue v = mdh_int(rt(), ints[i]);
        bool fits = ints[i] >= MDH_INT_MIN63 && ints[i] <= MDH_INT_MAX63;
        CHECK(mdh_is_int(v));
        CHECK(!mdh_is_float(v));
        CHECK_EQ(mdh_int_of(v), ints[i]);
        CHECK_EQ(mdh_is_fixint(v), fits);
        CHECK_EQ(mdh_tag(v), MDH_TAG_INTEGER);
    }
}

TEST(floats_survive_and_common_ones_are_immediate)
{
    static const double floats[] = {0.0,
                                    -0.0,
                                    1.0,
                                    -1.0,
                                    0.1,
                                    1e300,
                                    -1e-300,
                                    5e-324,
                                    INFINITY,
                                    -INFINITY,
                                    1.7976931348623157e308,
                                    3.141592653589793,
                                    1e77,
                                    1e-77};
    for (size_t i = 0; i < countof(floats); i++) {
        MdhValue v = mdh_float(rt(), floats[i]);
        CHECK(mdh_is_float(v));
        CHECK(!mdh_is_int(v));
        CHECK_F64(mdh_float_of(v), floats[i]);
        CHECK_EQ(mdh_tag(v), MDH_TAG_FLOAT);
    }
    CHECK(mdh_is_flonum(mdh_float(rt(), 1.0)));
    CHECK(mdh_is_flonum(mdh_float(rt(), -0.001)));
    CHECK(isnan(mdh_float_of(mdh_float(rt(), NAN))));
}

TEST(each_zero_has_one_box)
{
    CHECK(mdh_same(mdh_float(rt(), 0.0), mdh_float(rt(), 0.0)));
    CHECK(mdh_same(mdh_float(rt(), -0.0), mdh_float(rt(), -0.0)));
    CHECK(!mdh_same(mdh_float(rt(), 0.0), mdh_float(rt(), -0.0)));
}

TEST(immediates_are_what_they_are)
{
    CHECK(mdh_is_bool(MDH_AYE) && mdh_is_bool(MDH_NAE));
    CHECK(!mdh_is_bool(MDH_NAETHING) && !mdh_is_bool(MDH_EXC) && !mdh_is_bool(MDH_ABSENT));
    CHECK(!mdh_is_ptr(MDH_ABSENT) && !mdh_is_ptr(MDH_NAETHING) && !mdh_is_ptr(MDH_EXC));
    CHECK(!mdh_is_flonum(MDH_AYE) && !mdh_is_flonum(MDH_EXC));
    CHECK_EQ(mdh_tag(MDH_NAETHING), MDH_TAG_NAETHING);
    CHECK_EQ(mdh_tag(MDH_ABSENT), MDH_TAG_ABSENT);
    CHECK_STR(mdh_kind_name(MDH_AYE), "bool");
    CHECK_STR(mdh_kind_name(mdh_fix(1)), "integer");
    CHECK_STR(mdh_kind_name(mdh_float(rt(), 0)), "float");
}

TEST(truth)
{
    MdhThread *t = rt();
    CHECK(!mdh_truthy(MDH_NAE) && !mdh_truthy(MDH_NAETHING));
    CHECK(!mdh_truthy(mdh_fix(0)) && mdh_truthy(mdh_fix(-1)));
    CHECK(!mdh_truthy(mdh_float(t, 0.0)) && !mdh_truthy(mdh_float(t, -0.0)));
    CHECK(mdh_truthy(mdh_float(t, NAN)) && mdh_truthy(mdh_float(t, 1e-300)));
    CHECK(!mdh_truthy(mdh_str_empty) && mdh_truthy(rt_str("0")));
    CHECK(!mdh_truthy(mdh_list_new(t, 4)) && mdh_truthy(mdh_list_of_ints(t, 0, 1)));
    CHECK(mdh_truthy(mdh_dict_new(t, 0)));
    CHECK(!mdh_truthy(mdh_creel_new(t, 0)));
    CHECK(!mdh_truthy(mdh_bytes_new(t, 0)) && mdh_truthy(mdh_bytes_new(t, 1)));
    CHECK(mdh_truthy(mdh_int(t, INT64_MIN)));
}
