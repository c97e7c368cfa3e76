// SPDX-License-Identifier: MIT
// Creels: membership by key identity, insertion and removal, printing in order of text.
#include "runtime/data/dict.h"

#include "tests/unit/data_helpers.h"

TEST(members_are_kept_once)
{
    MdhThread *t = the_thread();
    MdhValue c = mdh_creel_new(t, 0);
    CHECK(mdh_creel_add(t, c, mdh_fix(10)) && mdh_creel_add(t, c, mdh_fix(9)));
    CHECK(mdh_creel_add(t, c, mdh_fix(10)) && mdh_creel_add(t, c, loose("a")));
    CHECK(mdh_creel_add(t, c, intern("a")));
    CHECK_EQ(mdh_creel_len(c), 3);
    CHECK(mdh_creel_has(c, intern("a")) && !mdh_creel_has(c, float_of(9.0)));
    CHECK_STR(printed(c), "creel{\"10\", \"9\", \"a\"}");
}

TEST(removal_tells_whether_it_was_there)
{
    MdhThread *t = the_thread();
    MdhValue c = mdh_creel_new(t, 0);
    bool was;
    for (int64_t i = 0; i < 100; i++) CHECK(mdh_creel_add(t, c, mdh_fix(i)));
    for (int64_t i = 0; i < 100; i += 2)
        CHECK(mdh_creel_remove(t, c, mdh_fix(i), &was) && was);
    CHECK(mdh_creel_remove(t, c, mdh_fix(0), &was) && !was);
    CHECK_EQ(mdh_creel_len(c), 50);
    for (int64_t i = 0; i < 100; i++) CHECK_EQ(mdh_creel_has(c, mdh_fix(i)), i % 2);
    MdhValue copy = mdh_creel_copy(t, c);
    CHECK(mdh_creel_clear(t, c));
    CHECK_STR(printed(c), "creel{}");
    CHECK_EQ(mdh_creel_len(copy), 50);
    CHECK(mdh_is_creel(copy));
}

TEST(adding_a_member_again_does_not_copy_a_frozen_table)
{
    MdhThread *t = the_thread();
    MdhValue c = mdh_creel_new(t, 0), k, v;
    MdhDictIter it;
    for (int64_t i = 0; i < 20; i++) mdh_creel_add(t, c, mdh_fix(i));
    mdh_dict_iter(c, &it);
    CHECK(mdh_creel_add(t, c, mdh_fix(3)));
    CHECK(mdh_dict_table(c) == it.tab);
    int64_t n = 0;
    while (mdh_dict_next(&it, &k, &v))
        CHECK(mdh_same(k, mdh_fix(n)) && mdh_same(v, k)), n++;
    CHECK_EQ(n, 20);
}
