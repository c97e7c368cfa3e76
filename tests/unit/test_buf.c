// SPDX-License-Identifier: MIT

#include "base/buf.h"

#include <stdlib.h>

#include "tests/unit/harness.h"

TEST(buf_starts_empty_and_readable)
{
    Buf b;
    buf_init(&b, 10);
    CHECK_STR(b.data, "");
    CHECK_EQ(b.len, 0);
    buf_deinit(&b);
    Buf zeroed = {0};
    buf_deinit(&zeroed);
    CHECK_STR(zeroed.data, "");
}

TEST(buf_writes_in_order)
{
    Buf b;
    buf_init(&b, 1000);
    buf_puts(&b, "ab");
    buf_putc(&b, 'c');
    buf_put(&b, "d\0e", 3);
    buf_put_slice(&b, SLICE_LIT("fg"));
    buf_fill(&b, '-', 3);
    buf_printf(&b, "%d/%s", 42, "x");
    buf_put_i64(&b, INT64_MIN);
    buf_put_utf8(&b, 0x1F3F4);
    CHECK_MEM(b.data, b.len, "abcd\0efg---42/x-9223372036854775808\xF0\x9F\x8F\xB4");
    CHECK_EQ(b.data[b.len], 0);
    CHECK(buf_ok(&b));
    buf_deinit(&b);
}

TEST(buf_big_endian_integers)
{
    Buf b;
    buf_init(&b, 100);
    buf_put_u8(&b, 0x01);
    buf_put_u16be(&b, 0x0203);
    buf_put_u24be(&b, 0x040506);
    buf_put_u32be(&b, 0x0708090A);
    buf_put_u64be(&b, 0x0B0C0D0E0F101112);
    CHECK_MEM(b.data, b.len,
              "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10\x11\x12");
    buf_deinit(&b);
}

TEST(buf_maximum_is_sticky)
{
    Buf b;
    buf_init(&b, 4);
    buf_puts(&b, "abcd"); // exactly full
    CHECK(buf_ok(&b));
    CHECK(b.cap <= 5);
    buf_putc(&b, 'e');
    CHECK_EQ(b.error, BUF_OVERFLOW);
    buf_truncate(&b, 0);
    buf_puts(&b, "x"); // still in error
    CHECK_STR(b.data, "");
    buf_clear(&b);
    buf_puts(&b, "xyz");
    CHECK_STR(b.data, "xyz");
    buf_printf(&b, "%s", "too long");
    CHECK_EQ(b.error, BUF_OVERFLOW);
    CHECK_STR(b.data, "xyz");
    buf_deinit(&b);
}

TEST(buf_without_maximum_does_not_overflow_sizes)
{
    Buf b;
    buf_init(&b, SIZE_MAX);
    buf_puts(&b, "abc");
    CHECK(buf_reserve(&b, SIZE_MAX - 3) == NULL);
    CHECK(!buf_ok(&b));
    buf_deinit(&b);
}

TEST(buf_printf_longer_than_its_scratch)
{
    Buf b;
    buf_init(&b, 10000);
    buf_printf(&b, "%0*d|", 3000, 7);
    CHECK_EQ(b.len, 3001);
    CHECK_STR(b.data + 2999, "7|");
    buf_deinit(&b);
}

TEST(buf_reserve_and_commit)
{
    Buf b;
    buf_init(&b, 100);
    char *to = buf_reserve(&b, 10);
    REQUIRE(to != NULL);
    to[0] = 'h';
    to[1] = 'i';
    buf_commit(&b, 2);
    CHECK_STR(b.data, "hi");
    size_t len = 0;
    char *own = buf_finish_own(&b, &len);
    CHECK_STR(own, "hi");
    CHECK_EQ(len, 2);
    CHECK_EQ(b.len, 0);
    base_free(own);
    own = buf_finish_own(&b, NULL); // an empty one is still a string of its own
    CHECK_STR(own, "");
    base_free(own);
    buf_deinit(&b);
}

TEST(buf_survives_out_of_memory)
{
    for (long n = 0;; n++) {
        test_fail_alloc_after(n);
        Buf b;
        buf_init(&b, 1 << 20);
        for (int i = 0; i < 5000; i++) buf_printf(&b, "%d,", i);
        bool failed = test_alloc_failed();
        test_fail_alloc_after(-1);
        CHECK_EQ(b.error, failed ? BUF_NOMEM : BUF_OK);
        CHECK_EQ(strlen(b.data), b.len); // what was there stays
        buf_deinit(&b);
        if (!failed) break;
    }
}
