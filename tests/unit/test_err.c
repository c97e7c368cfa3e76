// SPDX-License-Identifier: MIT

#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/harness.h"

TEST(err_names_are_stable_words)
{
    CHECK_STR(err_kind(MDH_OK), "ok");
    CHECK_STR(err_kind(MDH_ERR_CONN_REFUSED), "conn_refused");
    CHECK_STR(err_text(MDH_ERR_CONN_REFUSED), "connection refused");
    CHECK_STR(err_kind((MdhErr)9999), "other");
    CHECK_STR(err_kind((MdhErr)-1), "other");
    for (int i = 0; i < MDH_ERR_COUNT; i++) {
        const char *kind = err_kind((MdhErr)i);
        CHECK(*kind && strspn(kind, "abcdefghijklmnopqrstuvwxyz_") == strlen(kind));
        CHECK(*err_text((MdhErr)i));
    }
}

TEST(err_maps_errno_both_ways)
{
    CHECK_EQ(err_from_errno(0), MDH_OK);
    CHECK_EQ(err_from_errno(ECONNREFUSED), MDH_ERR_CONN_REFUSED);
    CHECK_EQ(err_from_errno(EWOULDBLOCK), MDH_ERR_WOULD_BLOCK);
    CHECK_EQ(err_from_errno(EPERM), MDH_ERR_PERMISSION);
    CHECK_EQ(err_from_errno(123456), MDH_ERR_OTHER);
    CHECK_EQ(err_to_errno(MDH_ERR_PERMISSION), EACCES);
    CHECK_EQ(err_to_errno(MDH_OK), 0);
    CHECK_EQ(err_to_errno(MDH_ERR_CLOSED), 0);
}

TEST(err_texts_of_the_system)
{
    char buf[64];
    CHECK_STR(err_errno_text(ENOENT, buf, sizeof buf), "No such file or directory");
    CHECK_STR(err_errno_text(99999, buf, sizeof buf), "Unknown error 99999");
}
