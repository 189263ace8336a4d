/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/page.h"

#include <stdio.h>

enum { MARGIN = 42, FOOT = 24, GAP = 6, CELL_LINES = 3 };

static const struct stm_pdf_paint rule = {STM_PDF_NONE, 0xb4bdc3, 0.6, false};
static const struct stm_pdf_font body = {.size = 8.5};

static void draw_footer(struct stm_page *page)
{
    struct stm_pdf_font font = {.size = 7, .colour = STM_PDF_GREY};
    const double y = page->bottom + FOOT - 6, number_width = 60;
    char number[32];
    snprintf(number, sizeof number, "page %d", stm_pdf_pages(page->pdf));
    stm_pdf_line(page->pdf, page->left, y - 10, page->right, y - 10, &rule);
    stm_pdf_text(page->pdf, page->left, y, page->right - page->left - number_width, &font, page->footer);
    font.align = STM_PDF_RIGHT;
    stm_pdf_text(page->pdf, page->right, y, number_width, &font, number);
}

void stm_page_next(struct stm_page *page)
{
    if (page->limit && stm_pdf_pages(page->pdf) >= page->limit) {
        page->cut = true;
        return;
    }
    stm_pdf_page(page->pdf);
    page->y = page->top;
    draw_footer(page);
}

void stm_page_begin(struct stm_page *page, struct stm_pdf *pdf, const char *footer)
{
    *page = (struct stm_page){.pdf = pdf,
                              .footer = footer,
                              .left = MARGIN,
                              .right = stm_pdf_width(pdf) - MARGIN,
                              .top = MARGIN,
                              .bottom = stm_pdf_height(pdf) - MARGIN - FOOT / 2};
    stm_page_next(page);
}

bool stm_page_need(struct stm_page *page, double height)
{
    if (!page->cut && page->y + height > page->bottom && page->y > page->top) stm_page_next(page);
    return !page->cut;
}

void stm_page_space(struct stm_page *page, double height)
{
    page->y += height;
}

void stm_page_heading(struct stm_page *page, int level, const char *text, double follow)
{
    static const struct {
        double size, above, below;
    } levels[] = {{17, 0, 6}, {12, 14, 5}, {9.5, 8, 3}};
    const double size = levels[level - 1].size;
    const struct stm_pdf_font font = {.size = size, .bold = true};
    if (!stm_page_need(page, levels[level - 1].above + size + levels[level - 1].below + follow)) return;
    if (page->y > page->top) page->y += levels[level - 1].above;
    if (level == 2) stm_pdf_bookmark(page->pdf, text);
    page->y += size;
    stm_pdf_text(page->pdf, page->left, page->y, page->right - page->left, &font, text);
    page->y += levels[level - 1].below;
}

/* Line by line, so that a long text goes on on the next page: lines are asked for one at a time. */
void stm_page_text(struct stm_page *page, const struct stm_pdf_font *font, const char *text)
{
    const struct stm_pdf_font *const f = font ? font : &body;
    const double leading = f->size * 1.35, width = page->right - page->left;
    const int lines = stm_pdf_paragraph(page->pdf, 0, 0, width, leading, 0, f, text, false);
    const double room = page->bottom - page->top;
    const int most = (int)(room / leading);
    if (!lines || !stm_page_need(page, (lines < most ? lines : most) * leading)) return;
    stm_pdf_paragraph(page->pdf, page->left, page->y + f->size, width, leading, most, f, text, true);
    page->y += (lines < most ? lines : most) * leading + 3;
}

void stm_page_fact(struct stm_page *page, const char *name, const char *value)
{
    static const struct stm_pdf_font label = {.size = 8.5, .colour = STM_PDF_GREY};
    const double column = 110, leading = body.size * 1.35, width = page->right - page->left - column;
    const int lines = stm_pdf_paragraph(page->pdf, 0, 0, width, leading, 12, &body, value, false);
    const double height = (lines ? lines : 1) * leading;
    if (!stm_page_need(page, height)) return;
    stm_pdf_text(page->pdf, page->left, page->y + body.size, column - GAP, &label, name);
    stm_pdf_paragraph(page->pdf, page->left + column, page->y + body.size, width, leading, 12, &body, value,
                      true);
    page->y += height + 1.5;
}

static double text_size(const struct stm_page_table *table)
{
    return table->size > 0 ? table->size : 7.5;
}

/* Where column `i` begins, and its width without the gap to the next. */
static double place(const struct stm_page *page, const struct stm_page_table *table, int i, double *width)
{
    double all = 0, before = 0;
    for (int c = 0; c < table->n; c++) {
        if (c < i) before += table->column[c].share;
        all += table->column[c].share;
    }
    const double unit = (page->right - page->left) / all;
    *width = table->column[i].share * unit - GAP;
    return page->left + before * unit;
}

static int draw_cell(const struct stm_page *page, const struct stm_page_table *table, int i,
                     const struct stm_pdf_font *font, const char *text, bool draw)
{
    double width;
    const double x = place(page, table, i, &width);
    const struct stm_page_column *const column = &table->column[i];
    struct stm_pdf_font f = *font;
    f.align = column->align;
    f.mono = column->mono;
    return stm_pdf_paragraph(page->pdf, column->align == STM_PDF_RIGHT ? x + width : x, page->y + font->size,
                             width, font->size * 1.25, CELL_LINES, &f, text, draw);
}

static double row_height(const struct stm_page *page, const struct stm_page_table *table,
                         const struct stm_pdf_font *font, const char *const *cells)
{
    int lines = 1;
    for (int i = 0; i < table->n; i++) {
        const int n = draw_cell(page, table, i, font, cells[i], false);
        lines = n > lines ? n : lines;
    }
    return lines * font->size * 1.25 + 3;
}

static void draw_row(struct stm_page *page, const struct stm_page_table *table,
                     const struct stm_pdf_font *font, const char *const *cells, double height)
{
    for (int i = 0; i < table->n; i++)
        draw_cell(page, table, i, font, cells[i], true);
    page->y += height;
    stm_pdf_line(page->pdf, page->left, page->y - 1.5, page->right, page->y - 1.5, &rule);
}

static double draw_titles(struct stm_page *page, const struct stm_page_table *table, bool draw)
{
    const struct stm_pdf_font font = {.size = text_size(table), .bold = true};
    const char *titles[STM_PAGE_COLUMNS];
    for (int i = 0; i < table->n; i++)
        titles[i] = table->column[i].title;
    const double height = row_height(page, table, &font, titles);
    if (draw) draw_row(page, table, &font, titles, height);
    return height;
}

void stm_page_table(struct stm_page *page, const struct stm_page_table *table)
{
    if (stm_page_need(page, draw_titles(page, table, false) + 2 * text_size(table)))
        draw_titles(page, table, true);
}

void stm_page_row(struct stm_page *page, const struct stm_page_table *table, const char *const *cells)
{
    const struct stm_pdf_font font = {.size = text_size(table)};
    const double height = row_height(page, table, &font, cells);
    if (page->cut) return;
    if (page->y + height > page->bottom && page->y > page->top) {
        stm_page_next(page);
        if (!page->cut) draw_titles(page, table, true);
    }
    if (!page->cut) draw_row(page, table, &font, cells, height);
}
