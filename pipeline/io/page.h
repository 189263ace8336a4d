/* Text that flows down the pages of a PDF: headings, paragraphs, tables, pictures; a new page where the last
 * one is full. */
#ifndef STM_IO_PAGE_H
#define STM_IO_PAGE_H

#include "pipeline/io/pdf.h"

enum { STM_PAGE_COLUMNS = 16 };

struct stm_page_column {
    const char *title;
    double share;             /* of the table's width, in any unit */
    enum stm_pdf_align align; /* left or right */
    bool mono;
};

struct stm_page_table {
    const struct stm_page_column *column;
    int n;       /* at most STM_PAGE_COLUMNS */
    double size; /* of the text, 0 = 7.5 points */
};

/* A place on a page. Copying it is fine as long as one copy is used. */
struct stm_page {
    struct stm_pdf *pdf;
    const char *footer;              /* at the foot of every page, beside its number; belongs to the caller */
    double left, right, top, bottom; /* edges of what is written on */
    double y;                        /* below what is there */
    int limit;                       /* pages; nothing is drawn past it, which shows in `cut`. 0 = none */
    bool cut;
};

/* Begins a page. `footer` outlives the flow. */
void stm_page_begin(struct stm_page *page, struct stm_pdf *pdf, const char *footer);
void stm_page_next(struct stm_page *page);

/* Goes to the next page unless `height` more fits on this one; false when there may be no further page. */
bool stm_page_need(struct stm_page *page, double height);
void stm_page_space(struct stm_page *page, double height);

/* Level 1: the document's title, 2: a part (with a bookmark), 3: a part of it. `follow` is what must fit
 * below it on the same page. */
void stm_page_heading(struct stm_page *page, int level, const char *text, double follow);
void stm_page_text(struct stm_page *page, const struct stm_pdf_font *font, const char *text);
/* "name: value" with the value in a column of its own. */
void stm_page_fact(struct stm_page *page, const char *name, const char *value);

/* The titles, then rows; on a new page the titles come again. A cell wraps into three lines at most. */
void stm_page_table(struct stm_page *page, const struct stm_page_table *table);
void stm_page_row(struct stm_page *page, const struct stm_page_table *table, const char *const *cells);

#endif
