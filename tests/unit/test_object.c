// SPDX-License-Identifier: MIT
// Classes, instances and shapes: slots, bodies, caches, inheritance.
#include "runtime/data/object.h"

#include "tests/unit/data_helpers.h"

static MdhClass *class_of(const char *name, MdhClass *super, uint32_t ninline)
{
    MdhValue c = mdh_class_new(the_thread(), intern(name), super, 0, NULL, NULL, ninline);
    return mdh_ptr(c);
}

static MdhValue field(int i)
{
    char name[16];
    snprintf(name, sizeof name, "f%d", i);
    return intern(name);
}

TEST(fields_live_inline_then_in_the_body)
{
    MdhThread *t = the_thread();
    for (uint32_t ninline = 0; ninline < 8; ninline++) {
        MdhValue o = mdh_instance_new(t, class_of("C", NULL, ninline));
        for (int i = 0; i < 40; i++) {
            CHECK(mdh_is_absent(mdh_instance_get(t, o, field(i), NULL)));
            REQUIRE(mdh_instance_set(t, o, field(i), mdh_fix(i), NULL));
        }
        for (int i = 0; i < 40; i++) {
            CHECK_EQ(mdh_int_of(mdh_instance_get(t, o, field(i), NULL)), i);
            CHECK(mdh_instance_set(t, o, field(i), mdh_fix(-i), NULL));
            CHECK_EQ(mdh_int_of(mdh_instance_get(t, o, field(i), NULL)), -i);
        }
        CHECK_EQ(mdh_list_len(mdh_instance_fields(t, o)), 40);
    }
}

TEST(instances_made_alike_share_shapes)
{
    MdhThread *t = the_thread();
    MdhClass *cls = class_of("Point", NULL, 2);
    MdhValue a = mdh_instance_new(t, cls), b = mdh_instance_new(t, cls);
    CHECK(mdh_instance_set(t, a, field(1), MDH_AYE, NULL));
    CHECK(mdh_shape_id(mdh_instance(a)) != mdh_shape_id(mdh_instance(b)));
    CHECK(mdh_instance_set(t, b, field(1), MDH_NAE, NULL));
    CHECK_EQ(mdh_shape_id(mdh_instance(a)), mdh_shape_id(mdh_instance(b)));
    CHECK(mdh_instance_set(t, a, field(2), MDH_AYE, NULL));
    CHECK(mdh_instance_set(t, b, field(3), MDH_AYE, NULL));
    CHECK(mdh_shape_id(mdh_instance(a)) != mdh_shape_id(mdh_instance(b)));
    MdhClass *other = class_of("Other", NULL, 2);
    CHECK(cls->root->h.aux != other->root->h.aux);
    CHECK(mdh_shape_of_id(other->root->h.aux) == other->root);
}

// One site that reads, one that stores, over objects of several shapes and both places.
TEST(cached_reads_and_stores_agree_with_plain_ones)
{
    MdhThread *t = the_thread();
    uint64_t get_ic[6] = {0}, set_ic[6] = {0};
    MdhClass *classes[2] = {class_of("A", NULL, 2), class_of("B", NULL, 4)};
    for (int round = 0; round < 50; round++) {
        MdhValue o = mdh_instance_new(t, classes[round % 3 == 0]);
        int first = round % 5 == 0 ? 3 : 0;
        for (int k = 0; k < 6; k++) {
            int i = (k + first) % 6;
            CHECK(mdh_is_absent(mdh_instance_get_cached(t, o, field(i), &get_ic[i])));
            REQUIRE(
                mdh_instance_set_cached(t, o, field(i), mdh_fix(i + round), &set_ic[i]));
            CHECK_EQ(mdh_int_of(mdh_instance_get_cached(t, o, field(i), &get_ic[i])),
                     i + round);
            CHECK_EQ(mdh_int_of(mdh_instance_get_cached(t, o, field(i), &get_ic[i])),
                     i + round);
            REQUIRE(mdh_instance_set_cached(t, o, field(i), mdh_fix(i), &set_ic[i]));
            REQUIRE(mdh_instance_set_cached(t, o, field(i), mdh_fix(i), &set_ic[i]));
        }
        for (int i = 0; i < 6; i++)
            CHECK_EQ(mdh_int_of(mdh_instance_get(t, o, field(i), NULL)), i);
    }
}


// Floats lie in raw slots as they are; anything else, and floats again, comes out as it went in.
TEST(raw_slots_hold_any_value)
{
    MdhThread *t = the_thread();
    MdhClass *cls = class_of("Raw", NULL, 3);
    MdhValue raw[] = {field(0), field(2), field(5)};
    REQUIRE(mdh_class_set_raw(t, cls, 3, raw));
    MdhValue o = mdh_instance_new(t, cls);
    uint64_t get_ic[6] = {0}, set_ic[6] = {0};
    for (int i = 0; i < 6; i++)
        REQUIRE(mdh_instance_set_cached(t, o, field(i), float_of(i + 0.5), &set_ic[i]));
    CHECK_EQ(mdh_shape_of_id(mdh_shape_id(mdh_instance(o)))->raw, 5);
    CHECK(mdh_raw_load(mdh_instance(o), 2) == 2.5);
    MdhValue values[] = {float_of(1e300), float_of(0.0),  MDH_AYE,  mdh_fix(7), float_of(2.25),
                         field(1),      MDH_NAETHING, MDH_NAE,  o,          float_of(-0.0)};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        for (int i = 0; i < 6; i++) {
            REQUIRE(mdh_instance_set_cached(t, o, field(i), values[k], &set_ic[i]));
            MdhValue v = mdh_instance_get_cached(t, o, field(i), &get_ic[i]);
            if (mdh_is_float(v)) CHECK(mdh_float_of(v) == mdh_float_of(values[k]));
            else CHECK(mdh_same(v, values[k]));
            CHECK_EQ(mdh_is_float(v), mdh_is_float(values[k]));
        }
    }
    REQUIRE(mdh_instance_set_raw(t, o, 2, mdh_fix(9)));
    CHECK(mdh_not_raw(mdh_raw_load(mdh_instance(o), 2)));
    for (int i = 6; i < 40; i++) // the body grows
        REQUIRE(mdh_instance_set(t, o, field(i), mdh_fix(i), NULL));
    CHECK_EQ(mdh_int_of(mdh_instance_get(t, o, field(2), NULL)), 9);
}

TEST(a_field_that_did_not_begin_as_a_float_gets_a_plain_slot)
{
    MdhThread *t = the_thread();
    MdhClass *cls = class_of("Raw", NULL, 2);
    MdhValue raw[] = {field(0)}, more[] = {field(1)};
    REQUIRE(mdh_class_set_raw(t, cls, 1, raw));
    MdhClass *sub = class_of("Sub", cls, 2);
    REQUIRE(mdh_class_set_raw(t, sub, 1, more));
    uint64_t ic = 0;
    MdhValue first[] = {float_of(0.5), float_of(1.5), mdh_fix(1), float_of(2.5), mdh_fix(2)};
    static const uint64_t bits[] = {1, 1, 0, 0, 0};
    for (int i = 0; i < 5; i++) {
        MdhValue o = mdh_instance_new(t, cls);
        REQUIRE(mdh_instance_set(t, o, field(0), first[i], &ic));
        CHECK_EQ(mdh_shape_of_id(mdh_shape_id(mdh_instance(o)))->raw, bits[i]);
        CHECK_EQ(mdh_is_float(mdh_instance_get(t, o, field(0), NULL)), mdh_is_float(first[i]));
    }
    MdhValue o = mdh_instance_new(t, sub);
    REQUIRE(mdh_instance_set(t, o, field(0), first[0], NULL));
    REQUIRE(mdh_instance_set(t, o, field(1), first[1], NULL));
    CHECK_EQ(mdh_shape_of_id(mdh_shape_id(mdh_instance(o)))->raw, 3);
}

// The sign that a slot holds no double is nobody's number.
TEST(no_float_has_the_bits_that_say_not_raw)
{
    for (uint64_t sign = 0; sign < 2; sign++) {
        uint64_t w = MDH_BITS_NOT_RAW | sign << 63;
        double d;
        memcpy(&d, &w, sizeof d);
        MdhValue v = mdh_box_float(the_thread(), d);
        CHECK(!mdh_not_raw(mdh_float_of(v)) && !mdh_not_raw(-mdh_float_of(v)));
        CHECK(mdh_float_of(v) != mdh_float_of(v));
    }
}

TEST(own_methods_win_over_inherited_ones)
{
    MdhThread *t = the_thread();
    MdhValue names[] = {intern("init"), intern("speak"), intern("walk")};
    MdhValue base_fns[] = {mdh_fix(1), mdh_fix(2), mdh_fix(3)};
    MdhClass *base = mdh_ptr(mdh_class_new(t, intern("Base"), NULL, 3, names, base_fns, 3));
    MdhValue own_names[] = {intern("speak"), intern("__pit_thegither__")};
    MdhValue own_fns[] = {mdh_fix(20), mdh_fix(30)};
    MdhClass *sub =
        mdh_ptr(mdh_class_new(t, intern("Sub"), base, 2, own_names, own_fns, 0));
    CHECK_EQ(sub->nmethods, 4);
    CHECK_EQ(sub->ninline, 3);
    CHECK(mdh_same(sub->init, mdh_fix(1)));
    CHECK(sub->h.flags & MDH_CLASS_OPERATORS);
    CHECK(!(base->h.flags & MDH_CLASS_OPERATORS));
    CHECK_EQ(mdh_class_find(sub, intern("nane")), -1);
    MdhValue o = mdh_instance_new(t, sub), p = mdh_instance_new(t, base);
    uint64_t ic = 0;
    for (int i = 0; i < 3; i++) {
        CHECK(mdh_same(mdh_instance_method(o, intern("speak"), &ic), mdh_fix(20)));
        CHECK(mdh_same(mdh_instance_method(o, intern("speak"), &ic), mdh_fix(20)));
        CHECK(mdh_same(mdh_instance_method(p, intern("speak"), &ic), mdh_fix(2)));
    }
    uint64_t walk_ic = 0, nane_ic = 0; // a cache word belongs to one name
    CHECK(mdh_same(mdh_instance_method(o, loose("walk"), &walk_ic), mdh_fix(3)));
    CHECK(mdh_is_absent(mdh_instance_method(o, intern("nane"), &nane_ic)));
}

TEST(structs_and_handles)
{
    static const MdhNativeType type = {"bothy", NULL, NULL};
    MdhThread *t = the_thread();
    MdhValue fields[] = {intern("x"), intern("y")};
    MdhValue s = mdh_struct_new(t, intern("Point"), 2, fields);
    CHECK_EQ(((MdhStruct *)mdh_ptr(s))->n, 2);
    MdhValue args[] = {mdh_fix(1), mdh_fix(2)};
    CHECK_STR(printed(mdh_call(t, s, 2, args)), "{\"x\": 1, \"y\": 2}");
    MdhValue h = mdh_native_new(t, &type, 7, MDH_NAETHING);
    CHECK_STR(mdh_kind_name(h), "bothy");
}
