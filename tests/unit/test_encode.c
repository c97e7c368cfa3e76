// SPDX-License-Identifier: MIT
#include <string.h>

#include "runtime/sec/encode.h"
#include "tests/unit/harness.h"

static const char *encoded(Base64Kind kind, Slice data)
{
    static char out[400];
    size_t n = base64_encoded_len(kind, data.len);
    memset(out, '!', sizeof out);
    base64_encode(kind, data, out);
    CHECK(out[n] == '!');
    out[n] = 0;
    return out;
}

// RFC 4648 §10.
TEST(base64_vectors)
{
    static const char *const rows[][3] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        Slice plain = slice_from_cstr(rows[i][0]);
        uint8_t out[16];
        size_t n;
        CHECK_STR(encoded(BASE64_STANDARD, plain), rows[i][1]);
        CHECK_STR(encoded(BASE64_URL, plain), rows[i][2]);
        for (int column = 1; column < 3; column++) {
            Slice text = slice_from_cstr(rows[i][column]);
            CHECK_EQ(base64_decode(BASE64_URL, text, out, &n), BASE64_OK);
            CHECK(slice_eq(slice_make(out, n), plain));
        }
        CHECK_EQ(base64_decode(BASE64_STANDARD, slice_from_cstr(rows[i][1]), out, &n),
                 BASE64_OK);
        CHECK(slice_eq(slice_make(out, n), plain));
    }
}

TEST(base64_alphabets)
{
    CHECK_STR(encoded(BASE64_STANDARD, SLICE_LIT("\xfb\xff\xbf")), "+/+/");
    CHECK_STR(encoded(BASE64_URL, SLICE_LIT("\xfb\xff\xbf")), "-_-_");
}

static int64_t wrong_at(Base64Kind kind, const char *text)
{
    uint8_t out[32];
    size_t n;
    size_t at = base64_decode(kind, slice_from_cstr(text), out, &n);
    return at == BASE64_OK ? -1 : (int64_t)at;
}

TEST(base64_is_strict)
{
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zg"), 2);    // no padding
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zg="), 3);   // half of it
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zg==="), 2); // too much
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Z==="), 1);  // of nothing
    CHECK_EQ(wrong_at(BASE64_STANDARD, "===="), 0);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zm9v="), 5);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zh=="), 1); // bits left over
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zm9="), 2);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zm9v\n"), 4);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zm 9"), 2);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Zg==Zg=="), 2);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "-_-_"), 0);
    CHECK_EQ(wrong_at(BASE64_STANDARD, "Z\xc3\xa9=="), 1);
    CHECK_EQ(wrong_at(BASE64_URL, "+/+/"), 0);
    CHECK_EQ(wrong_at(BASE64_URL, "Zg="), 3);
    CHECK_EQ(wrong_at(BASE64_URL, "Z"), 1);
    CHECK_EQ(wrong_at(BASE64_URL, "Zm9vY"), 5);
    CHECK_EQ(wrong_at(BASE64_URL, "Zh"), 1);
}

TEST(base64_every_length_comes_back)
{
    uint8_t in[200], out[210];
    for (size_t i = 0; i < sizeof in; i++) in[i] = (uint8_t)(i * 37 + 11);
    for (size_t len = 0; len <= sizeof in; len++) {
        for (int kind = 0; kind < 2; kind++) {
            const char *text = encoded((Base64Kind)kind, slice_make(in, len));
            size_t n;
            CHECK_EQ(base64_decode((Base64Kind)kind, slice_from_cstr(text), out, &n),
                     BASE64_OK);
            CHECK(slice_eq(slice_make(out, n), slice_make(in, len)));
        }
    }
}

TEST(crc32_vectors)
{
    CHECK_EQ(crc32_add(0, SLICE_NONE), 0);
    CHECK_EQ(crc32_add(0, SLICE_LIT("123456789")), 0xcbf43926);
    CHECK_EQ(crc32_add(crc32_add(0, SLICE_LIT("1234")), SLICE_LIT("56789")), 0xcbf43926);
    CHECK_EQ(crc32_add(0, SLICE_LIT("\0\0\0\0")), 0x2144df1c);
}
