/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the finder measures while it decides, beside what annotators say: observe FIELD… prints a row
 *   branch|pair NAME label overlap% label overlap% measurements…
 *   blob NAME intersection-over-union measurements…
 * for each measurement of observe.h. A FIELD is a file of w, h (int32), light and labels (uint16). It is a
 * program of its own, built by fit.py with STM_NUCLEI_FIT; a field that cannot be read ends it. */
#include "pipeline/nuclei/observe.h"
#include "pipeline/nuclei/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS = 65536 };
static const size_t scratch_bytes = (size_t)1 << 30, keep_bytes = (size_t)1 << 28;

static struct {
    char name[256];
    int32_t w, h;
    uint16_t *light, *truth;
    int32_t area[LABELS], seen[LABELS];
} field;

struct match {
    int label, percent, pixels; /* the label that covers most, how much of the object it covers */
};

static void see(int32_t y, int32_t x0, int32_t x1, int step)
{
    for (int32_t x = x0; x < x1; x++)
        field.seen[field.truth[(size_t)y * (size_t)field.w + (size_t)x]] += step;
}

static void compare(struct match *m, int32_t y, int32_t x0, int32_t x1)
{
    for (int32_t x = x0; x < x1; x++) {
        const int label = field.truth[(size_t)y * (size_t)field.w + (size_t)x];
        if (field.seen[label] > m->pixels) *m = (struct match){label, 0, field.seen[label]};
    }
}

static struct match match_blob(const struct stm_finder *f, int id)
{
    const struct stm_blob *b = &f->blob[id];
    struct match m = {0};
    for (int32_t i = b->first; i >= 0; i = f->piece[i].next)
        see(f->piece[i].y, f->piece[i].x0, f->piece[i].x1, 1);
    for (int32_t i = b->first; i >= 0; i = f->piece[i].next)
        compare(&m, f->piece[i].y, f->piece[i].x0, f->piece[i].x1);
    for (int32_t i = b->first; i >= 0; i = f->piece[i].next)
        see(f->piece[i].y, f->piece[i].x0, f->piece[i].x1, -1);
    m.percent = 100 * m.pixels / b->area;
    return m;
}

static struct match match_node(const struct stm_finder *f, int id)
{
    const struct stm_node *n = &f->node[id];
    struct match m = {0};
    for (int32_t i = n->first; i >= 0; i = f->run[i].next)
        see(f->run[i].y, f->run[i].x0, f->run[i].x1, 1);
    for (int32_t i = n->first; i >= 0; i = f->run[i].next)
        compare(&m, f->run[i].y, f->run[i].x0, f->run[i].x1);
    for (int32_t i = n->first; i >= 0; i = f->run[i].next)
        see(f->run[i].y, f->run[i].x0, f->run[i].x1, -1);
    m.percent = 100 * m.pixels / n->area;
    return m;
}

static void print_values(int n, const double *v)
{
    for (int i = 0; i < n; i++)
        printf(" %.7g", v[i]);
    printf("\n");
}

static void print_two(const char *what, struct match a, struct match b, int n, const double *v)
{
    printf("%s %s %d %d %d %d", what, field.name, a.label, a.percent, b.label, b.percent);
    print_values(n, v);
}

void stm_nuclei_observe_branch(const struct stm_finder *f, int a, int b, int n, const double *v)
{
    print_two("branch", match_node(f, a), match_node(f, b), n, v);
}

void stm_nuclei_observe_pair(const struct stm_finder *f, int a, int b, int n, const double *v)
{
    print_two("pair", match_blob(f, a), match_blob(f, b), n, v);
}

void stm_nuclei_observe_blob(const struct stm_finder *f, int a, int b, int n, const double *v)
{
    const struct match m = match_blob(f, a);
    const int either = field.area[m.label] + f->blob[a].area - m.pixels;
    (void)b;
    printf("blob %s %.4f", field.name, m.label ? (double)m.pixels / either : 0);
    print_values(n, v);
}

static void fail(const char *path)
{
    fprintf(stderr, "observe: cannot read %s\n", path);
    exit(1);
}

static void read_field(const char *path)
{
    FILE *in = fopen(path, "rb"); /* stroma-check: allow, no part of the program: reads what fit.py wrote */
    const char *slash = strrchr(path, '/');
    if (!in || fread(&field.w, 4, 1, in) != 1 || fread(&field.h, 4, 1, in) != 1) fail(path);
    const size_t n = (size_t)field.w * (size_t)field.h;
    field.light = malloc(2 * n);
    field.truth = malloc(2 * n);
    if (!field.light || !field.truth || fread(field.light, 2, n, in) != n ||
        fread(field.truth, 2, n, in) != n)
        fail(path);
    fclose(in);
    snprintf(field.name, sizeof field.name, "%s", slash ? slash + 1 : path);
    memset(field.area, 0, sizeof field.area);
    for (size_t i = 0; i < n; i++)
        field.area[field.truth[i]]++;
}

int main(int argc, char **argv)
{
    const struct stm_nuclei_options options = {.sensitivity = 0.5, .boundary = 0.45, .declump = true};
    struct stm_arena scratch, keep;
    struct stm_error err;
    struct stm_nuclei found;
    if (!stm_arena_create(&scratch, scratch_bytes, &err) || !stm_arena_create(&keep, keep_bytes, &err))
        return 1;
    for (int i = 1; i < argc; i++) {
        read_field(argv[i]);
        const int w = field.w, h = field.h;
        uint32_t *labels = malloc((size_t)w * (size_t)h * sizeof *labels);
        if (!labels || !stm_nuclei_find(&found, (struct stm_u32){labels, w, w, h},
                                        (struct stm_cu16){field.light, w, w, h}, stm_kernels_best(), &options,
                                        &scratch, &keep, &err))
            fail(argv[i]);
        stm_arena_reset(&keep, 0);
        free(labels);
        free(field.light);
        free(field.truth);
    }
    return 0;
}
