// SPDX-License-Identifier: MIT
// Modules as octets: there and back, and everything that is not an image.
#include "lang/bytecode/image.h"

#include <stdlib.h>
#include <string.h>

#include "lang/bytecode/disasm.h"
#include "tests/unit/compiled.h"
#include "tests/unit/harness.h"

#define MAX ((size_t)64 << 20)

static void write_image(const char *text, Buf *out)
{
    buf_init(out, MAX);
    BcModule *m = compile_text(text);
    REQUIRE(m);
    REQUIRE(bc_image_write(m, out));
    bc_module_free(m);
}

TEST(a_module_comes_back_as_it_was)
{
    Buf image, again, listing[2];
    BcModule *m = compile_text(everything);
    REQUIRE(m);
    buf_init(&image, MAX);
    buf_init(&again, MAX);
    REQUIRE(bc_image_write(m, &image));
    BcModule *back = bc_image_read(buf_view(&image), NULL);
    REQUIRE(back);
    REQUIRE(bc_image_write(back, &again));
    CHECK_EQ(image.len, again.len);
    CHECK(slice_eq(buf_view(&image), buf_view(&again)));
    for (int i = 0; i < 2; i++) {
        buf_init(&listing[i], MAX);
        bc_disasm(i ? back : m, &listing[i]);
    }
    CHECK(listing[0].len > 1000);
    CHECK(slice_eq(buf_view(&listing[0]), buf_view(&listing[1])));
    for (int i = 0; i < 2; i++) buf_deinit(&listing[i]);
    bc_module_free(m);
    bc_module_free(back);
    buf_deinit(&image);
    buf_deinit(&again);
}

TEST(nothing_points_into_the_image)
{
    Buf image, listing;
    write_image("dae f(a) { gie \"text\" + a }\nblether f(\"x\")\n", &image);
    BcModule *m = bc_image_read(buf_view(&image), NULL);
    REQUIRE(m);
    memset(image.data, 0xff, image.len);
    buf_deinit(&image);
    buf_init(&listing, MAX);
    bc_disasm(m, &listing);
    CHECK(slice_contains(buf_view(&listing), SLICE_LIT("\"text\"")));
    buf_deinit(&listing);
    bc_module_free(m);
}

static void check_refused(Slice image, const char *reason)
{
    Buf why;
    buf_init(&why, MAX);
    BcModule *m = bc_image_read(image, &why);
    CHECK(!m);
    CHECK(slice_contains(buf_view(&why), slice_from_cstr(reason)));
    bc_module_free(m);
    buf_deinit(&why);
}

TEST(other_things_are_refused_with_a_reason)
{
    Buf image;
    write_image("blether 1\n", &image);
    check_refused(SLICE_LIT(""), "no image");
    check_refused(SLICE_LIT("blether 1\n"), "no image");
    image.data[5] ^= 2;
    check_refused(buf_view(&image), "another version");
    image.data[5] ^= 2;
    image.data[9] ^= 1;
    check_refused(buf_view(&image), "another build");
    image.data[9] ^= 1;
    buf_putc(&image, 'x');
    check_refused(buf_view(&image), "behind it");
    buf_deinit(&image);
}

TEST(every_truncation_is_refused)
{
    Buf image;
    write_image(everything, &image);
    for (size_t n = 0; n < image.len; n++) {
        char *part = malloc(n + (n == 0)); // exactly so long: sanitizers see a step too far
        REQUIRE(part);
        memcpy(part, image.data, n);
        BcModule *m = bc_image_read((Slice){part, n}, NULL);
        CHECK(!m);
        bc_module_free(m);
        free(part);
    }
    buf_deinit(&image);
}

// Whatever is changed, it is refused or may be listed.
TEST(every_changed_octet_is_harmless)
{
    static const unsigned char with[] = {0x01, 0x80, 0xff};
    Buf image, listing;
    uint32_t refused = 0;
    write_image(everything, &image);
    buf_init(&listing, MAX);
    for (size_t i = 0; i < image.len * countof(with); i++) {
        char *octet = &image.data[i / countof(with)];
        *octet = (char)(*octet ^ with[i % countof(with)]);
        BcModule *m = bc_image_read(buf_view(&image), NULL);
        buf_clear(&listing);
        if (m) bc_disasm(m, &listing);
        else refused++;
        bc_module_free(m);
        *octet = (char)(*octet ^ with[i % countof(with)]);
    }
    CHECK(refused > image.len);
    buf_deinit(&listing);
    buf_deinit(&image);
}

TEST(reading_survives_a_lack_of_memory)
{
    Buf image;
    BcModule *m = NULL;
    write_image("dae f(a) { gie |x| x + a }\nken b = {\"k\": 1}\nblether f(1)(2)\n", &image);
    for (long n = 0; !m && n < 1000; n++) {
        test_fail_alloc_after(n);
        m = bc_image_read(buf_view(&image), NULL);
        test_fail_alloc_after(-1);
    }
    CHECK(m);
    bc_module_free(m);
    buf_deinit(&image);
}
