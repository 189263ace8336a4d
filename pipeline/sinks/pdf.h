/* The parts of report.pdf: what is collected while rows come, and the pages drawn from it at the end. */
#ifndef STM_SINKS_PDF_H
#define STM_SINKS_PDF_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/text.h"
#include "pipeline/io/page.h"
#include "pipeline/sink.h"

/* Limits, so that neither memory nor pages grow with the plate; what is left out is said, with the file that
 * has it. */
enum {
    STM_PDF_WELLS = 16384, /* wells kept */
    STM_PDF_ROWS = 400,    /* rows of the table of wells */
    STM_PDF_FLAGS = 80,    /* fields listed with their reasons */
    STM_PDF_PICTURES = 12, /* spread evenly over all fields, and as many of fields that are not ok */
    STM_PDF_MAPS = 12,     /* plates drawn */
    STM_PDF_CURVES = 24,   /* wells whose growth is drawn */
    STM_PDF_MEASURES = 6,  /* columns of the table */
    STM_PDF_LIMIT = 60     /* pages */
};

struct stm_pdf_well {
    char plate[STM_NAME], well[8], reason[STM_REASON];
    int row, col, sites, used;
    enum stm_verdict verdict;
    const double *values;        /* well columns */
    const char *const *metadata; /* as in the run's info, NULL when it has none */
};

struct stm_pdf_picture {
    char *caption; /* owned, as is the PNG */
    struct stm_bytes png;
    bool flagged;
};

struct stm_pdf_flag {
    char *name, *reason; /* owned */
    enum stm_verdict verdict;
};

/* A result of wells and what belongs to it; columns are -1 where there are none. */
struct stm_pdf_measure {
    int column, low, high, with_rejected;
    const struct stm_measure *about;
    char title[STM_COLUMN_NAME + 16]; /* with its unit */
};

/* A cell for the histograms. */
enum { STM_PDF_CELL_COLUMNS = 12 };
struct stm_pdf_cell {
    float value[STM_PDF_CELL_COLUMNS];
    int32_t class;
};

struct stm_pdf_cells {
    int column[STM_PDF_CELL_COLUMNS], n_columns; /* object columns that are drawn */
    int limit;                                   /* cells a field */
    struct stm_pdf_cell *cell;                   /* owned */
    int n, room;
};

/* What a field adds to the curves of its well: nothing where time is -1. */
struct stm_pdf_moment {
    int32_t well, time; /* place among the wells seen */
    double surface, covered, pixels, area_mm2, cells;
};

struct stm_pdf_growth {
    const struct stm_columns *site_columns;
    int time_columns[3]; /* of these: covered area in %, what of the field is no surface, count; -1 = none */
    double step_h;       /* hours between numbers of time points, 0 = not known */
    struct stm_pdf_moment *moment; /* owned */
    int n, room;
};

struct stm_pdf_report {
    const struct stm_run_info *info;
    struct stm_pdf_well *wells;
    int n_wells, wells_room, wells_seen;
    struct stm_pdf_flag flags[STM_PDF_FLAGS];
    int n_flags, flags_seen;
    struct stm_pdf_picture pictures[2 * STM_PDF_PICTURES];
    int n_pictures, n_flagged_pictures;
    int verdicts[STM_VERDICTS]; /* fields */
    struct stm_pdf_cells cells;
    struct stm_pdf_growth growth;
    struct stm_pdf_measure measure[STM_PDF_MEASURES];
    int n_measures;
};

/* The default measure first, then what has an interval, then counts. */
void stm_pdf_choose_measures(struct stm_pdf_report *report);
int stm_pdf_measure_at(const struct stm_pdf_report *report, int column, struct stm_pdf_measure *measure);

/* "Nuclei_per_mm2" in 1/mm2 is read as "Nuclei per mm2 (1/mm2)". */
void stm_pdf_title(char *out, size_t size, const char *name, const char *unit);

/* Cells on their way: chosen at open, put by many threads, kept in plate order. `put` returns how many. */
void stm_pdf_choose_cells(struct stm_pdf_cells *cells, const struct stm_run_info *info);
uint32_t stm_pdf_put_cells(struct stm_string *out, const struct stm_pdf_cells *cells,
                           const struct stm_run_info *info, const struct stm_site_row *site);
bool stm_pdf_keep_cells(struct stm_pdf_cells *cells, const char *from, uint32_t n);

/* Time points on their way, in the same manner. */
void stm_pdf_choose_growth(struct stm_pdf_growth *growth, const struct stm_run_info *info);
struct stm_pdf_moment stm_pdf_moment_of(const struct stm_pdf_growth *growth, const struct stm_site_row *site);
bool stm_pdf_keep_moment(struct stm_pdf_growth *growth, const struct stm_pdf_moment *moment, int well);

/* "75.0 (68.6–80.1)", "–" when not measured. */
const char *stm_pdf_value(char *out, size_t size, const struct stm_pdf_measure *m, const double *values);

/* Each draws one part where it has something to show. */
void stm_pdf_draw_summary(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_maps(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_flags(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_groups(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_growth(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_cells(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_wells(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_pictures(struct stm_page *page, const struct stm_pdf_report *report);
void stm_pdf_draw_method(struct stm_page *page, const struct stm_pdf_report *report);

#endif
