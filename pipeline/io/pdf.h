/* Pages of text, lines and pictures as PDF. The only file that uses cairo.
 *
 * Lengths are points (1/72 inch); (0, 0) is the top left corner of the page, y grows downwards, and the y of
 * a text is its base line. Fonts are embedded: DejaVu Sans where it is installed, else what the system has
 * for it. Any text is safe: what is not UTF-8 becomes U+FFFD, control characters become spaces. Drawing never
 * fails by itself; the first thing that went wrong comes back from stm_pdf_commit. */
#ifndef STM_IO_PDF_H
#define STM_IO_PDF_H

#include "kernels/view.h"
#include "pipeline/core/error.h"

#include <stddef.h>
#include <stdint.h>

struct stm_pdf; /* One thread at a time. */

enum stm_pdf_paper { STM_PDF_A4, STM_PDF_LETTER };

struct stm_pdf_info {
    const char *title, *subject; /* of the document's properties */
    const char *created; /* ISO 8601, "2026-01-31T12:00:00Z"; NULL = no date in it: the same drawing gives
                          * the same bytes */
    enum stm_pdf_paper paper;
};

/* Begins `path`, which appears when it is committed; there is no page yet. On failure *pdf is NULL. */
bool stm_pdf_create(struct stm_pdf **pdf, const char *path, const struct stm_pdf_info *info,
                    struct stm_error *err);

/* Ends the last page, brings the file to disk under its name, frees. Fails, and leaves `path` as it was, when
 * anything drawn or written before failed. */
bool stm_pdf_commit(struct stm_pdf **pdf, struct stm_error *err);
void stm_pdf_discard(struct stm_pdf **pdf); /* an empty one is fine */

/* Begins the next page; everything is drawn on the last one begun. */
void stm_pdf_page(struct stm_pdf *pdf);
int stm_pdf_pages(const struct stm_pdf *pdf);
double stm_pdf_width(const struct stm_pdf *pdf);
double stm_pdf_height(const struct stm_pdf *pdf);

/* Colours are 0xRRGGBB; STM_PDF_NONE leaves a shape unfilled or without an edge. */
enum { STM_PDF_BLACK = 0, STM_PDF_WHITE = 0xffffff, STM_PDF_GREY = 0x56636b, STM_PDF_NONE = -1 };
enum stm_pdf_align { STM_PDF_LEFT, STM_PDF_CENTRE, STM_PDF_RIGHT };

struct stm_pdf_font {
    double size;
    int32_t colour;
    enum stm_pdf_align align; /* where x is in the text */
    bool bold, mono;
};

/* One line; cut with an ellipsis where it would be wider than `width` (0 = no limit). Returns how wide it is.
 */
double stm_pdf_text(struct stm_pdf *pdf, double x, double y, double width, const struct stm_pdf_font *font,
                    const char *text);
double stm_pdf_text_width(struct stm_pdf *pdf, const struct stm_pdf_font *font, const char *text);

/* Lines broken between words (inside of words longer than a line), `leading` apart; `lines` at most, 0 = any
 * number. Returns how many lines it took, which is also what it would take when `draw` is false. */
int stm_pdf_paragraph(struct stm_pdf *pdf, double x, double y, double width, double leading, int lines,
                      const struct stm_pdf_font *font, const char *text, bool draw);

struct stm_pdf_paint {
    int32_t fill, stroke; /* colour or STM_PDF_NONE */
    double width;         /* of the stroke */
    bool dashed;
};

void stm_pdf_line(struct stm_pdf *pdf, double x0, double y0, double x1, double y1,
                  const struct stm_pdf_paint *paint);
void stm_pdf_rect(struct stm_pdf *pdf, double x, double y, double w, double h,
                  const struct stm_pdf_paint *paint);
void stm_pdf_circle(struct stm_pdf *pdf, double x, double y, double r, const struct stm_pdf_paint *paint);
void stm_pdf_polyline(struct stm_pdf *pdf, const double (*points)[2], int n,
                      const struct stm_pdf_paint *paint);

struct stm_pdf_box {
    double x, y, w, h;
};

/* Pictures as large as they fit into the box, centred, with their own proportions; returns where they are.
 * A PNG (any kind) of more than 64 megapixels, or damaged, is a failure. */
struct stm_pdf_box stm_pdf_png(struct stm_pdf *pdf, struct stm_pdf_box box, const void *png, size_t n);
struct stm_pdf_box stm_pdf_grey(struct stm_pdf *pdf, struct stm_pdf_box box, struct stm_cu8 view);

/* The document's table of contents: an entry that leads to the current page. */
void stm_pdf_bookmark(struct stm_pdf *pdf, const char *title);

#endif
