/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/io/page.h"
#include "pipeline/io/pdf.h"
#include "pipeline/io/plot.h"
#include "pipeline/io/png_write.h"

#include <math.h>
#include <stdlib.h>

static const struct stm_pdf_font font = {.size = 10};
static const struct stm_pdf_info plain = {.title = "A title", .subject = "a subject"};

static char *in(const char *dir, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static int count(const char *text, unsigned long n, const char *words)
{
    int found = 0;
    const size_t length = strlen(words);
    for (unsigned long i = 0; i + length <= n; i++)
        found += !memcmp(text + i, words, length);
    return found;
}

static char *drawn(const struct stm_pdf_info *info, void (*draw)(struct stm_pdf *), unsigned long *n)
{
    char *const dir = stm_tmpdir_create();
    struct stm_error err = {0};
    struct stm_pdf *pdf;
    assert_ok(stm_pdf_create(&pdf, in(dir, "a.pdf"), info, &err), &err);
    draw(pdf);
    assert_ok(stm_pdf_commit(&pdf, &err), &err);
    assert_null(pdf);
    char *const bytes = stm_tmpdir_read(dir, "a.pdf", n);
    assert_int_equal(stm_tmpdir_count(dir, "."), 1);
    stm_tmpdir_remove(dir);
    return bytes;
}

static void two_pages(struct stm_pdf *pdf)
{
    static const uint8_t px[] = {0, 90, 180, 255};
    const struct stm_pdf_paint paint = {0xd55e00, STM_PDF_BLACK, 1, true};
    stm_pdf_page(pdf);
    stm_pdf_bookmark(pdf, "First");
    stm_pdf_text(pdf, 50, 50, 0, &font, "Viability 75.0 %");
    stm_pdf_rect(pdf, 50, 60, 100, 20, &paint);
    stm_pdf_circle(pdf, 50, 60, 10, &paint);
    stm_pdf_page(pdf);
    stm_pdf_grey(pdf, (struct stm_pdf_box){50, 50, 100, 100}, (struct stm_cu8){px, 2, 2, 2});
    assert_int_equal(stm_pdf_pages(pdf), 2);
}

static void pages_with_embedded_fonts(void **state)
{
    (void)state;
    unsigned long n = 0;
    char *const bytes = drawn(&plain, two_pages, &n);
    assert_memory_equal(bytes, "%PDF-1.", 7);
    assert_int_equal(count(bytes, n, "/Count 2"), 1);
    assert_int_equal(count(bytes, n, "/Type /Page %"), 2);
    assert_true(count(bytes, n, "/FontFile") >= 1);
    assert_int_equal(count(bytes, n, "/Title (A title)"), 1);
    assert_int_equal(count(bytes, n, "595.2"), 2); /* A4 */
    free(bytes);
}

static void letter_paper(void **state)
{
    (void)state;
    unsigned long n = 0;
    struct stm_pdf_info info = plain;
    info.paper = STM_PDF_LETTER;
    char *const bytes = drawn(&info, two_pages, &n);
    assert_true(count(bytes, n, "612 792") >= 1);
    free(bytes);
}

static void the_same_drawing_gives_the_same_bytes(void **state)
{
    (void)state;
    unsigned long n = 0, m = 0;
    char *const a = drawn(&plain, two_pages, &n), *const b = drawn(&plain, two_pages, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    assert_int_equal(count(a, n, "CreationDate ("), 0);
    free(a);
    free(b);
    struct stm_pdf_info dated = plain;
    dated.created = "2026-01-31T12:00:00Z";
    char *const c = drawn(&dated, two_pages, &n);
    assert_int_equal(count(c, n, "CreationDate (20260131120000Z"), 1);
    free(c);
}

static void hostile(struct stm_pdf *pdf)
{
    static const char *const texts[] = {"\xff\xfe broken \xc3",
                                        "a\nb\tc\001",
                                        "",
                                        "\xf0\x9f\x94\xac \xe7\xb4\xb0\xe8\x83\x9e",
                                        ") Tj ET << /JS (app.alert(1)) >>",
                                        NULL};
    stm_pdf_page(pdf);
    for (int i = 0; texts[i]; i++) {
        stm_pdf_text(pdf, 10, 10, 30, &font, texts[i]);
        stm_pdf_paragraph(pdf, 10, 10, 30, 12, 0, &font, texts[i], true);
        stm_pdf_bookmark(pdf, texts[i]);
    }
    stm_pdf_text(pdf, 10, 10, 0.01, &font, "too wide for anything");
    stm_pdf_text(pdf, 10, 10, 0, &font, NULL);
    stm_pdf_paragraph(pdf, 10, 10, 0.01, 12, 0, &font, "\xe7\xb4\xb0 wide", true);
}

static void any_text_can_be_drawn(void **state)
{
    (void)state;
    unsigned long n = 0;
    const struct stm_pdf_info info = {.title = "\xff<title> (", .subject = NULL};
    char *const bytes = drawn(&info, hostile, &n);
    assert_int_equal(count(bytes, n, "/JS (app"), 0);
    free(bytes);
}

static void measure(struct stm_pdf *pdf)
{
    stm_pdf_page(pdf);
    const double word = stm_pdf_text_width(pdf, &font, "word"), space = stm_pdf_text_width(pdf, &font, " ");
    assert_near(stm_pdf_text_width(pdf, &font, "word word"), 2 * word + space, 0.01);
    assert_int_equal(
        stm_pdf_paragraph(pdf, 0, 0, 2 * word + 2 * space, 12, 0, &font, "word word word word word", false),
        3);
    assert_int_equal(
        stm_pdf_paragraph(pdf, 0, 0, 2 * word + 2 * space, 12, 2, &font, "word word word word word", true),
        2);
    assert_int_equal(stm_pdf_paragraph(pdf, 0, 0, word * 1.05, 12, 0, &font, "wordwordword", false), 3);
    assert_int_equal(stm_pdf_paragraph(pdf, 0, 0, 100, 12, 0, &font, "", false), 0);
    assert_near(stm_pdf_text(pdf, 0, 0, 0, &font, "word"), word, 1e-9);
    const double cut = stm_pdf_text(pdf, 0, 0, 2 * word, &font, "word word word");
    assert_true(cut <= 2 * word && cut > word);
}

static void texts_are_measured_cut_and_wrapped(void **state)
{
    (void)state;
    free(drawn(&plain, measure, NULL));
}

static void png(struct stm_pdf *pdf)
{
    static const uint8_t px[200] = {0};
    struct stm_bytes bytes = {0};
    struct stm_error err = {0};
    assert_ok(stm_png_encode(&bytes, &(struct stm_png){.kind = STM_PNG_GREY, .px = {px, 20, 20, 10}}, &err),
              &err);
    stm_pdf_page(pdf);
    const struct stm_pdf_box at =
        stm_pdf_png(pdf, (struct stm_pdf_box){10, 10, 100, 100}, bytes.data, bytes.length);
    assert_near(at.w, 100, 1e-9);
    assert_near(at.h, 50, 1e-9);
    assert_near(at.y, 35, 1e-9);
    stm_bytes_free(&bytes);
}

static void pictures_keep_their_proportions(void **state)
{
    (void)state;
    free(drawn(&plain, png, NULL));
}

static void a_damaged_picture_fails_at_the_end(void **state)
{
    (void)state;
    static const char *const words[] = {"no PNG", "damaged PNG", "64 megapixels"};
    static const unsigned char damaged[3][40] = {
        {0},
        {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 9, 0, 0, 0, 9},
        {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 9, 0, 0, 0, 9, 0, 0}};
    for (int i = 0; i < 3; i++) {
        char *const dir = stm_tmpdir_create();
        struct stm_error err = {0};
        struct stm_pdf *pdf;
        assert_ok(stm_pdf_create(&pdf, in(dir, "a.pdf"), &plain, &err), &err);
        stm_pdf_page(pdf);
        stm_pdf_png(pdf, (struct stm_pdf_box){10, 10, 100, 100}, damaged[i], i ? 40 : 5);
        assert_fails(stm_pdf_commit(&pdf, &err), &err, words[i]);
        assert_null(pdf);
        assert_int_equal(stm_tmpdir_count(dir, "."), 0);
        stm_tmpdir_remove(dir);
    }
}

static void what_is_discarded_leaves_nothing(void **state)
{
    (void)state;
    char *const dir = stm_tmpdir_create();
    struct stm_error err = {0};
    struct stm_pdf *pdf;
    assert_ok(stm_pdf_create(&pdf, in(dir, "a.pdf"), &plain, &err), &err);
    two_pages(pdf);
    stm_pdf_discard(&pdf);
    stm_pdf_discard(&pdf);
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    assert_false(stm_pdf_create(&pdf, in(dir, "none/a.pdf"), &plain, &err));
    assert_null(pdf);
    stm_tmpdir_remove(dir);
}

static void long_table(struct stm_pdf *pdf)
{
    static const struct stm_page_column columns[] = {{"Well", 1, STM_PDF_LEFT, false},
                                                     {"Viability", 2, STM_PDF_RIGHT, false}};
    static const struct stm_page_table table = {.column = columns, .n = 2};
    static const char *const cells[] = {"B03", "75.0"};
    struct stm_page page;
    stm_page_begin(&page, pdf, "footer");
    stm_page_heading(&page, 1, "Title", 0);
    stm_page_fact(&page, "Program", "stroma");
    stm_page_table(&page, &table);
    for (int i = 0; i < 200; i++)
        stm_page_row(&page, &table, cells);
    assert_int_equal(stm_pdf_pages(pdf), 4);
    page.limit = 5;
    for (int i = 0; i < 200; i++)
        stm_page_row(&page, &table, cells);
    assert_true(page.cut);
    assert_int_equal(stm_pdf_pages(pdf), 5);
}

static void tables_go_on_on_the_next_page_up_to_a_limit(void **state)
{
    (void)state;
    unsigned long n = 0;
    char *const bytes = drawn(&plain, long_table, &n);
    assert_int_equal(count(bytes, n, "/Type /Page %"), 5);
    free(bytes);
}

static void axes_end_on_ticks(void **state)
{
    (void)state;
    const double values[] = {3, NAN, 97, 12}, zeros[] = {0, 0}, doses[] = {0, 0.3, 40};
    assert_near(stm_plot_step(100, 5), 20, 1e-12);
    assert_near(stm_plot_step(0.7, 5), 0.2, 1e-12);
    struct stm_plot_axis a = stm_plot_axis_of(values, 4, false, "");
    assert_near(a.min, 0, 1e-12);
    assert_near(a.max, 100, 1e-12);
    a = stm_plot_axis_of(zeros, 2, false, "");
    assert_true(a.max > a.min);
    a = stm_plot_axis_of(doses, 3, true, "");
    assert_true(a.log);
    assert_near(a.min, 0.1, 1e-12);
    assert_near(a.max, 100, 1e-9);
    a = stm_plot_axis_of(zeros, 2, true, "");
    assert_false(a.log);
    a = stm_plot_axis_of(NULL, 0, true, "");
    assert_near(a.max, 1, 1e-12);
}

static void plots(struct stm_pdf *pdf)
{
    stm_pdf_page(pdf);
    struct stm_plot plot = {.pdf = pdf,
                            .box = {50, 50, 300, 200},
                            .x = {0.1, 100, true, "dose"},
                            .y = {0, 10, false, "viability"}};
    stm_plot_begin(&plot);
    assert_near(stm_plot_x(&plot, 0.1), plot.area.x, 1e-9);
    assert_near(stm_plot_x(&plot, 1), plot.area.x + plot.area.w / 3, 1e-6);
    assert_near(stm_plot_y(&plot, 0), plot.area.y + plot.area.h, 1e-9);
    assert_near(stm_plot_y(&plot, 10), plot.area.y, 1e-9);
}

static void values_have_a_place_between_the_axes(void **state)
{
    (void)state;
    free(drawn(&plain, plots, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_with_embedded_fonts),
        cmocka_unit_test(letter_paper),
        cmocka_unit_test(the_same_drawing_gives_the_same_bytes),
        cmocka_unit_test(any_text_can_be_drawn),
        cmocka_unit_test(texts_are_measured_cut_and_wrapped),
        cmocka_unit_test(pictures_keep_their_proportions),
        cmocka_unit_test(a_damaged_picture_fails_at_the_end),
        cmocka_unit_test(what_is_discarded_leaves_nothing),
        cmocka_unit_test(tables_go_on_on_the_next_page_up_to_a_limit),
        cmocka_unit_test(axes_end_on_ticks),
        cmocka_unit_test(values_have_a_place_between_the_axes),
    };
    return STM_TEST_MAIN(tests);
}
