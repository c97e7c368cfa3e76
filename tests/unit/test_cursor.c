// SPDX-License-Identifier: MIT

#include "base/cursor.h"

#include "tests/unit/harness.h"

static const uint8_t octets[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,
                                 10, 11, 12, 13, 14, 15, 16, 17, 18};

TEST(cursor_reads_big_endian)
{
    Cursor c = cur_make(octets, sizeof octets);
    CHECK_EQ(cur_u8(&c), 1);
    CHECK_EQ(cur_u16be(&c), 0x0203);
    CHECK_EQ(cur_u24be(&c), 0x040506);
    CHECK_EQ(cur_u32be(&c), 0x0708090A);
    CHECK_EQ(cur_u64be(&c), 0x0B0C0D0E0F101112);
    CHECK(cur_ok(&c));
    CHECK(cur_done(&c));
    CHECK_EQ(cur_offset(&c), 18);
}

TEST(cursor_reads_little_endian)
{
    Cursor c = cur_make(octets, sizeof octets);
    CHECK_EQ(cur_u16le(&c), 0x0201);
    CHECK_EQ(cur_u32le(&c), 0x06050403);
    CHECK_EQ(cur_u64le(&c), 0x0E0D0C0B0A090807);
}

TEST(cursor_error_is_sticky)
{
    Cursor c = cur_make(octets, 3);
    CHECK_EQ(cur_u32be(&c), 0);
    CHECK(!cur_ok(&c));
    CHECK_EQ(cur_u8(&c), 0); // although one octet would be there
    CHECK_EQ(cur_remaining(&c), 0);
    CHECK(cur_done(&c));
    CHECK_EQ(cur_peek(&c), -1);
    CHECK_EQ(cur_take(&c, 1).len, 0);
}

TEST(cursor_takes_views)
{
    Cursor c = cur_from_slice(SLICE_LIT("hello"));
    CHECK_EQ(cur_peek(&c), 'h');
    cur_skip(&c, 1);
    Slice s = cur_take(&c, 2);
    CHECK_MEM(s.ptr, s.len, "el");
    s = cur_take_rest(&c);
    CHECK_MEM(s.ptr, s.len, "lo");
    CHECK(cur_ok(&c));
    CHECK_EQ(cur_take(&c, 0).len, 0);
    CHECK(cur_ok(&c));
    cur_skip(&c, 1);
    CHECK(!cur_ok(&c));
}

TEST(cursor_sub_is_bounded_by_both)
{
    Cursor c = cur_make(octets, sizeof octets);
    Cursor part = cur_sub(&c, 2);
    CHECK_EQ(cur_u8(&c), 3);
    CHECK_EQ(cur_u24be(&part), 0);
    CHECK(!cur_ok(&part));
    CHECK(cur_ok(&c));
    Cursor none = cur_sub(&c, 100);
    CHECK(!cur_ok(&none));
    CHECK(!cur_ok(&c));
}

TEST(cursor_counts_are_checked_before_allocation)
{
    Cursor c = cur_make(octets, 10);
    CHECK(cur_has_items(&c, 5, 2));
    CHECK(cur_has_items(&c, 0, 4));
    CHECK(!cur_has_items(&c, UINT64_MAX, 2));
    CHECK(!cur_ok(&c));
    c = cur_make(octets, 10);
    CHECK(!cur_has_items(&c, 11, 0)); // a size of nothing still counts as one octet
}

TEST(cursor_of_nothing)
{
    Cursor c = cur_make(NULL, 0);
    CHECK(cur_done(&c));
    CHECK_EQ(cur_take_rest(&c).len, 0);
    CHECK(cur_ok(&c));
    CHECK_EQ(cur_u8(&c), 0);
    CHECK(!cur_ok(&c));
}
