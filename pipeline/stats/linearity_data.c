/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows become methods, fractions and samples, in an order that does not depend on that of the file. */
#include "pipeline/stats/linearity_data.h"

#include "pipeline/core/random.h"
#include "pipeline/stats/linearity_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_sample(const struct stm_linearity_row *a, const struct stm_linearity_row *b)
{
    if (a->method != b->method) return a->method < b->method ? -1 : 1;
    if (a->target != b->target) return a->target < b->target ? -1 : 1;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    const int stock = strcmp(a->stock, b->stock);
    return stock ? stock : strcmp(a->number, b->number);
}

static int by_observation(const void *left, const void *right)
{
    const struct stm_linearity_row *const a = left, *const b = right;
    const int sample = by_sample(a, b), observation = strcmp(a->observation, b->observation);
    if (sample) return sample;
    return observation ? observation : (a->line > b->line) - (a->line < b->line);
}

static bool each_once(const struct stm_linearity_row *rows, int n, struct stm_error *err)
{
    for (int i = 1; i < n; i++)
        if (!by_sample(&rows[i - 1], &rows[i]) && !strcmp(rows[i - 1].observation, rows[i].observation))
            return stm_fail(
                err, STM_BAD_INPUT,
                "rows %u and %u are both observation %.40s of sample %.40s at dilution fraction %g of "
                "'%.80s'; each may be there once",
                rows[i - 1].line, rows[i].line, rows[i].observation, rows[i].number, rows[i].target,
                rows[i].name);
    return true;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static uint64_t key_of(const struct stm_linearity_row *row)
{
    uint64_t key = stm_seed(bits_of(row->target), bits_of(row->x));
    key = stm_seed_text(stm_seed(key, 0), row->stock);
    return stm_seed_text(stm_seed(key, 1), row->number);
}

/* Where the next values, samples and fractions go. */
struct builder {
    struct stm_linearity_data *data;
    double *value, *time;
    struct stm_linearity_sample *sample;
    int *first;
};

static void begin_sample(struct builder *b, struct stm_linearity_method *m,
                         const struct stm_linearity_row *row)
{
    if (!m->sample) {
        m->sample = b->sample;
        m->first = b->first++;
        m->first[0] = 0;
        m->n_fractions = 0;
    }
    if (!m->n_samples || b->sample[-1].target != row->target) {
        m->n_fractions++;
        b->first++;
    }
    *b->sample++ = (struct stm_linearity_sample){.target = row->target,
                                                 .x = row->x,
                                                 .number = row->number,
                                                 .key = key_of(row),
                                                 .value = b->value,
                                                 .time = b->time};
    m->first[m->n_fractions] = ++m->n_samples;
}

static void add_row(struct builder *b, const struct stm_linearity_row *row, bool begins)
{
    struct stm_linearity_method *const m = &b->data->method[row->method];
    if (begins) begin_sample(b, m, row);
    struct stm_linearity_sample *const s = b->sample - 1;
    if (isnan(row->value)) {
        s->missing++;
        m->n_missing++;
        return;
    }
    s->n++;
    m->n_values++;
    if (isnan(row->time)) b->data->has_time = false;
    *b->value++ = row->value;
    *b->time++ = row->time;
}

static bool build(struct stm_linearity_data *data, struct stm_linearity_row *rows, int n,
                  struct stm_error *err)
{
    qsort(rows, (size_t)n, sizeof *rows, by_observation);
    if (!each_once(rows, n, err)) return false;
    data->values = calloc((size_t)n, 2 * sizeof *data->values);
    data->samples = calloc((size_t)n, sizeof *data->samples);
    data->firsts = calloc((size_t)n + STM_LINEARITY_METHODS, sizeof *data->firsts);
    if (!data->values || !data->samples || !data->firsts)
        return stm_fail(err, STM_NO_MEMORY, "no memory for %d observations", n);
    struct builder b = {data, data->values, data->values + n, data->samples, data->firsts};
    data->has_time = true;
    for (int i = 0; i < n; i++)
        add_row(&b, &rows[i], i == 0 || by_sample(&rows[i - 1], &rows[i]) != 0);
    return true;
}

bool stm_linearity_take(struct stm_linearity_data *data, struct stm_csv *csv, struct stm_error *err)
{
    struct stm_linearity_row *rows;
    int n;
    *data = (struct stm_linearity_data){.csv = *csv};
    *csv = (struct stm_csv){0};
    const bool good = stm_linearity_rows(data, &rows, &n, err) && build(data, rows, n, err);
    free(rows);
    return good;
}

bool stm_linearity_read(struct stm_linearity_data *data, const char *path, struct stm_error *err)
{
    struct stm_csv csv;
    *data = (struct stm_linearity_data){0};
    if (stm_csv_read(&csv, path, STM_LINEARITY_BYTES, 0, err))
        return stm_linearity_take(data, &csv, err) || stm_fail_file(err, path);
    stm_csv_free(&csv);
    return false;
}

void stm_linearity_free(struct stm_linearity_data *data)
{
    stm_csv_free(&data->csv);
    free(data->samples);
    free(data->values);
    free(data->firsts);
    *data = (struct stm_linearity_data){0};
}
