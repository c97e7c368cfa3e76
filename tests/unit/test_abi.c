// SPDX-License-Identifier: MIT
// The tables against what is made of them: tags, kinds, builtins and their implementations.
#include "abi/abi.h"

#include "runtime/core/ops.h"
#include "runtime/data/bytes.h"
#include "tests/unit/rt.h"

// ---- kinds ------------------------------------------------------------------------------

static const struct { const char *tag, *name; int number; } types[] = {
#define T(tag, name, doc) {#tag, name, MDH_TAG_##tag},
#include "abi/types.def"
#undef T
};

TEST(the_bytes_tag_stands_in_the_table_and_in_the_layout)
{
    bool found = false;
    for (int i = 0; i < MDH_TAG_COUNT; i++) {
        CHECK_EQ(types[i].number, i);
        CHECK_STR(mdh_type_name((unsigned)i), types[i].name);
        if (strcmp(types[i].tag, "BYTES") == 0) {
            found = true;
            CHECK_EQ(i, MDH_TAG_BYTES);
            CHECK_STR(types[i].name, "bytes");
        }
    }
    CHECK(found);
    CHECK_EQ(sizeof types / sizeof types[0], MDH_TAG_COUNT);
}

TEST(whit_kind_goes_by_the_bytes_tag)
{
    MdhValue b = mdh_bytes_from(rt(), "abc", 3);
    REQUIRE(!mdh_is_exc(b));
    CHECK_EQ(mdh_obj(b)->tag, MDH_TAG_BYTES);
    CHECK_EQ(mdh_tag(b), MDH_TAG_BYTES);
    CHECK_STR(mdh_kind_name(b), mdh_type_name(MDH_TAG_BYTES));
    MdhValue window[MDH_MAX_PARAMS + 1] = {MDH_NAETHING, b};
    CHECK_SHOWN(mdh_builtin_call(rt(), &mdh_builtins[MDH_B_ID_whit_kind], 1, window), "bytes");
}

TEST(kinds_that_programs_see_have_different_names)
{
    for (unsigned a = 0; a < MDH_TAG_COUNT; a++)
        for (unsigned b = 0; b < a; b++) CHECK(strcmp(mdh_type_name(a), mdh_type_name(b)) != 0);
}

// ---- builtins ---------------------------------------------------------------------------

static void check_form(const MdhBuiltin *row, const MdhBuiltin *form)
{
    uint32_t required = 0, optional = 0, rest = 0;
    CHECK(form->fn != NULL);
    CHECK_EQ(form->id, row->id);
    CHECK_STR(form->name, row->name);
    for (const MdhParam *p = form->params; p->name; p++) {
        CHECK(p->types != 0);
        if (p->kind == 'P') required++;
        else if (p->kind == 'O') optional++;
        else rest++;
        // Required ones come first, the rest last.
        CHECK(p->kind != 'P' || (!optional && !rest));
        CHECK(p->kind != 'O' || !rest);
        CHECK((p->kind == 'O') == (p->dflt != MDH_D_NONE));
    }
    CHECK_EQ(form->nreq, required);
    CHECK_EQ(form->nmax, required + optional);
    CHECK_EQ(form->rest, rest == 1);
    CHECK(rest <= 1);
    CHECK(required + optional <= MDH_MAX_PARAMS);
}

TEST(no_row_lacks_an_implementation)
{
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) {
        const MdhBuiltin *row = &mdh_builtins[i];
        CHECK_EQ(row->id, i);
        for (const MdhBuiltin *f = row; f; f = mdh_builtin_next_form(f)) check_form(row, f);
    }
}

TEST(every_row_says_what_it_does_and_shows_it)
{
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) {
        const MdhBuiltin *row = &mdh_builtins[i];
        bool fine = row->doc[0] && row->ret[0] && row->examples && row->examples[0].code;
        if (!fine) CHECK_STR(row->name, "with doc, result and example");
    }
}

TEST(every_name_finds_its_row_and_stands_once)
{
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) {
        const char *name = mdh_builtins[i].name;
        CHECK(mdh_builtin_find(name, strlen(name)) == &mdh_builtins[i]);
    }
    for (uint32_t i = 0; i < mdh_alias_count; i++) {
        const char *name = mdh_aliases[i].name;
        const MdhBuiltin *row = mdh_builtin_find(name, strlen(name));
        if (!row || row->id != mdh_aliases[i].id) CHECK_STR(name, "an alias of one row only");
    }
    CHECK(mdh_builtin_find("", 0) == NULL);
}

TEST(rows_know_their_module)
{
    CHECK(mdh_module_count > 10);
    for (uint32_t i = 0; i < MDH_B_COUNT; i++) {
        const MdhModuleRow *m = mdh_builtin_module(&mdh_builtins[i]);
        CHECK(m->first <= i);
        CHECK(m + 1 == mdh_modules + mdh_module_count || m[1].first > i);
    }
    CHECK_STR(mdh_builtin_module(&mdh_builtins[MDH_B_ID_bytes_get])->name, "bytes");
}
