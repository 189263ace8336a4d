/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One scan over the values of a measure, which lie together in the order of runs and wells. */
#include "pipeline/store/history.h"

#include "pipeline/store/store_private.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Wells that have one of the pairs; well 0 stands for all wells of the run. */
struct match {
    int64_t run, well;
};

struct filter {
    struct match *match;
    size_t n, capacity;
};

static int by_run_and_well(const void *a, const void *b)
{
    const struct match *const p = a, *const q = b;
    if (p->run != q->run) return p->run < q->run ? -1 : 1;
    return (p->well > q->well) - (p->well < q->well);
}

static bool add_match(struct filter *f, struct match m, struct stm_error *err)
{
    if (f->n == f->capacity) {
        const size_t capacity = f->capacity ? 2 * f->capacity : 256;
        struct match *const grown = realloc(f->match, capacity * sizeof *grown);
        if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu wells", capacity);
        f->match = grown;
        f->capacity = capacity;
    }
    f->match[f->n++] = m;
    return true;
}

static bool read_filter(struct filter *f, struct stm_store *store, const char *pair, struct stm_error *err)
{
    char key[128];
    struct stm_sqlite_query *q;
    bool row, good;
    const char *const equals = strchr(pair, '=');
    if (!equals || equals == pair || (size_t)(equals - pair) >= sizeof key)
        return stm_fail(err, STM_USAGE, "metadata are asked for as key=value, not '%s'", pair);
    snprintf(key, sizeof key, "%.*s", (int)(equals - pair), pair);
    if (!stm_sqlite_prepare(&q, store->db,
                            "SELECT run, well FROM metadata WHERE key = lower(?) AND value = ?", err))
        return false;
    stm_sqlite_bind_text(q, 1, key);
    stm_sqlite_bind_text(q, 2, equals + 1);
    while ((good = stm_sqlite_step(q, &row, err)) && row)
        if (!(good = add_match(f, (struct match){stm_sqlite_integer(q, 0), stm_sqlite_integer(q, 1)}, err)))
            break;
    stm_sqlite_finish(&q);
    if (f->n) qsort(f->match, f->n, sizeof *f->match, by_run_and_well);
    return good;
}

static bool has(const struct filter *f, struct match m)
{
    return f->n && bsearch(&m, f->match, f->n, sizeof *f->match, by_run_and_well);
}

static bool passes(const struct filter *filters, int n, struct match m)
{
    for (int i = 0; i < n; i++)
        if (!has(&filters[i], (struct match){m.run, 0}) && !has(&filters[i], m)) return false;
    return true;
}

static bool add_point(struct stm_history *h, size_t *capacity, const struct stm_sqlite_query *q,
                      struct stm_error *err)
{
    if (h->n == *capacity) {
        *capacity = *capacity ? 2 * *capacity : 256;
        struct stm_history_point *const grown = realloc(h->point, *capacity * sizeof *grown);
        if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu runs", *capacity);
        h->point = grown;
    }
    struct stm_history_point *const p = &h->point[h->n++];
    *p = (struct stm_history_point){.run = stm_sqlite_integer(q, 0), .low = INFINITY, .high = -INFINITY};
    stm_text_copy(p->started, sizeof p->started, stm_sqlite_text(q, 1));
    stm_text_copy(p->title, sizeof p->title, stm_sqlite_text(q, 2));
    stm_text_copy(p->directory, sizeof p->directory, stm_sqlite_text(q, 3));
    return true;
}

/* Runs that match but for their metadata, by number. */
static bool read_runs(struct stm_history *h, struct stm_store *store, const struct stm_history_query *query,
                      struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row, good;
    size_t capacity = 0;
    if (!stm_sqlite_prepare(
            &q, store->db,
            "SELECT id, started, title, directory FROM runs WHERE id IN (SELECT max(id) FROM runs "
            "GROUP BY origin) AND started >= ?1 AND (?2 = '' OR substr(started, 1, length(?2)) <= "
            "?2) AND (?3 = '' OR assay = ?3) ORDER BY id",
            err))
        return false;
    stm_sqlite_bind_text(q, 1, query->since ? query->since : "");
    stm_sqlite_bind_text(q, 2, query->until ? query->until : "");
    stm_sqlite_bind_text(q, 3, query->assay ? query->assay : "");
    while ((good = stm_sqlite_step(q, &row, err)) && row)
        if (!(good = add_point(h, &capacity, q, err))) break;
    stm_sqlite_finish(&q);
    return good;
}

static bool find_measure(struct stm_store *store, const char *name, int64_t *id, struct stm_error *err)
{
    struct stm_lines names = {0};
    struct stm_sqlite_query *q;
    bool row = false;
    if (!stm_sqlite_prepare(&q, store->db, "SELECT id FROM measures WHERE name = ?", err)) return false;
    stm_sqlite_bind_text(q, 1, name);
    bool good = stm_sqlite_step(q, &row, err);
    *id = row ? stm_sqlite_integer(q, 0) : 0;
    stm_sqlite_finish(&q);
    if (!good || row || !stm_history_measures(&names, store, err)) return good && row;
    const char *const near = stm_text_nearest(name, (const char *const *)names.line, names.n);
    stm_fail(err, STM_USAGE, "the store has no measure '%s'%s%s%s; --list shows all", name,
             near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    stm_lines_free(&names);
    return false;
}

/* A point's sums while the scan is in its run: Welford's recurrence. */
struct sums {
    double mean, squares;
};

static void add_value(struct stm_history_point *p, struct sums *s, double value)
{
    if (p->wells++ == 0) *s = (struct sums){0, 0};
    const double step = value - s->mean;
    s->mean += step / p->wells;
    s->squares += step * (value - s->mean);
    p->mean = s->mean;
    p->sd = p->wells > 1 ? sqrt(s->squares / (p->wells - 1)) : NAN;
    if (value < p->low) p->low = value;
    if (value > p->high) p->high = value;
}

static bool scan(struct stm_history *h, struct stm_store *store, int64_t measure,
                 const struct filter *filters, int n_filters, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    struct sums sums = {0, 0};
    bool row, good;
    size_t at = 0;
    if (!stm_sqlite_prepare(&q, store->db,
                            "SELECT run, well, value FROM well_values WHERE measure = ? ORDER BY run, well",
                            err))
        return false;
    stm_sqlite_bind_integer(q, 1, measure);
    while ((good = stm_sqlite_step(q, &row, err)) && row) {
        const struct match m = {stm_sqlite_integer(q, 0), stm_sqlite_integer(q, 1)};
        while (at < h->n && h->point[at].run < m.run)
            at++;
        if (at < h->n && h->point[at].run == m.run && passes(filters, n_filters, m))
            add_value(&h->point[at], &sums, stm_sqlite_real(q, 2));
    }
    stm_sqlite_finish(&q);
    return good;
}

/* Batches of the runs: the run's own, or those of its wells. +key: the run is looked up, not the key. */
static bool name_batches(struct stm_history *h, struct stm_store *store, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row, good = true;
    if (!stm_sqlite_prepare(
            &q, store->db,
            "SELECT DISTINCT value FROM metadata WHERE run = ? AND +key = 'batch' ORDER BY value", err))
        return false;
    for (size_t i = 0; good && i < h->n; i++) {
        char *const batch = h->point[i].batch;
        stm_sqlite_bind_integer(q, 1, h->point[i].run);
        while ((good = stm_sqlite_step(q, &row, err)) && row) {
            const size_t n = strlen(batch);
            snprintf(batch + n, sizeof h->point[i].batch - n, "%s%s", n ? "," : "", stm_sqlite_text(q, 0));
        }
    }
    stm_sqlite_finish(&q);
    return good;
}

static int by_time(const void *a, const void *b)
{
    const struct stm_history_point *const p = a, *const q = b;
    const int order = strcmp(p->started, q->started);
    return order ? order : (p->run > q->run) - (p->run < q->run);
}

/* Means and the four series of the charts side by side. */
static bool draw(struct stm_history *h, struct stm_error *err)
{
    const size_t n = h->n;
    double *const x = malloc((5 * n + 1) * sizeof *x), *const z = x + n, *const half = z + n,
                  *const up = half + n, *const down = up + n;
    if (!x || n > INT_MAX) return free(x), stm_fail(err, STM_NO_MEMORY, "no memory for %zu runs", n);
    for (size_t i = 0; i < n; i++)
        x[i] = h->point[i].mean;
    h->base = stm_chart_base_of(x, (int)n);
    const bool drawn = h->base.sigma > 0;
    if (drawn) {
        stm_chart_ewma(x, (int)n, h->base, STM_HISTORY_LAMBDA, STM_HISTORY_WIDTH, z, half);
        stm_chart_cusum(x, (int)n, h->base, STM_HISTORY_SLACK, STM_HISTORY_LIMIT, up, down);
    }
    for (size_t i = 0; i < n; i++) {
        struct stm_history_point *const p = &h->point[i];
        p->ewma = drawn ? z[i] : NAN;
        p->ewma_half = drawn ? half[i] : NAN;
        p->up = drawn ? up[i] : NAN;
        p->down = drawn ? down[i] : NAN;
        p->outside = drawn && fabs(x[i] - h->base.target) > 3 * h->base.sigma;
        p->ewma_alarm = drawn && fabs(z[i] - h->base.target) > half[i];
        p->cusum_alarm = drawn && (up[i] > STM_HISTORY_LIMIT || down[i] > STM_HISTORY_LIMIT);
    }
    if (!drawn) h->base.sigma = NAN;
    if (!n) h->base.target = NAN;
    free(x);
    return true;
}

static bool chart(struct stm_history *h, struct stm_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->point[i].wells) h->point[kept++] = h->point[i];
    h->n = kept;
    if (kept) qsort(h->point, kept, sizeof *h->point, by_time);
    return draw(h, err);
}

bool stm_history_read(struct stm_history *history, struct stm_store *store,
                      const struct stm_history_query *query, struct stm_error *err)
{
    enum { FILTERS = 16 };
    struct filter filters[FILTERS] = {{0}};
    int64_t measure;
    *history = (struct stm_history){0};
    if (query->n_pairs > FILTERS) return stm_fail(err, STM_USAGE, "at most %d conditions at once", FILTERS);
    bool good = find_measure(store, query->measure, &measure, err) && read_runs(history, store, query, err);
    for (int i = 0; good && i < query->n_pairs; i++)
        good = read_filter(&filters[i], store, query->pairs[i], err);
    good = good && scan(history, store, measure, filters, query->n_pairs, err) && chart(history, err) &&
           name_batches(history, store, err);
    for (int i = 0; i < FILTERS; i++)
        free(filters[i].match);
    return good;
}

void stm_history_free(struct stm_history *history)
{
    free(history->point);
    *history = (struct stm_history){0};
}

bool stm_history_measures(struct stm_lines *names, struct stm_store *store, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row, good;
    if (!stm_sqlite_prepare(&q, store->db, "SELECT name FROM measures ORDER BY id", err)) return false;
    while ((good = stm_sqlite_step(q, &row, err)) && row)
        stm_lines_add(names, stm_sqlite_text(q, 0));
    stm_sqlite_finish(&q);
    return good && (!names->failed || stm_fail(err, STM_NO_MEMORY, "no memory for the names of measures"));
}
