/* Axes with ticks on a page, and where values lie between them. */
#ifndef STM_IO_PLOT_H
#define STM_IO_PLOT_H

#include "pipeline/io/pdf.h"

struct stm_plot_axis {
    double min, max; /* min < max; both > 0 when `log` */
    bool log;
    const char *title;
    bool zero; /* log: the lowest decade stands for 0 */
};

struct stm_plot {
    struct stm_pdf *pdf;
    struct stm_pdf_box box; /* all of it, with titles and numbers */
    struct stm_plot_axis x, y;
    struct stm_pdf_box area; /* between the axes; set by stm_plot_begin */
};

/* An axis that holds the finite ones of n values: ends on ticks, or on decades when `log` (which needs a
 * value above 0, else the axis is linear). Without any value 0 to 1. */
struct stm_plot_axis stm_plot_axis_of(const double *values, size_t n, bool log, const char *title);

/* The distance between ticks of a linear axis with about `wanted` of them: 1, 2 or 5 times a power of ten. */
double stm_plot_step(double span, int wanted);

/* Draws axes, ticks, numbers and titles; then the two say where on the page a value is. */
void stm_plot_begin(struct stm_plot *plot);
double stm_plot_x(const struct stm_plot *plot, double value);
double stm_plot_y(const struct stm_plot *plot, double value);

#endif
