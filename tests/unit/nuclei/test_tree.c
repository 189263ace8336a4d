/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of levels against sets of pixels counted one by one, made by one thread and by several. */
#include "tests/support/stm_assert.h"

#include "pipeline/nuclei/finder.h"

#include <stdlib.h>
#include <string.h>

enum { W = 61, H = 37, LEVELS = 40, STEP = 100 };

struct scene {
    uint16_t light[W * H + STM_ROW_SLACK];
    uint32_t labels[W * H];
    struct stm_nuclei_options options;
    struct stm_arena scratch;
    struct stm_team team;
    struct stm_finder f;
};

/* Three pyramids, or many pixels alone. */
static uint16_t light_at(int x, int y, int slope)
{
    static const int top[3][3] = {{12, 10, 41}, {24, 14, 33}, {45, 20, 38}};
    int v = 0;
    for (int i = 0; i < 3; i++) {
        const int dx = abs(x - top[i][0]), dy = abs(y - top[i][1]);
        const int here = top[i][2] * STEP - slope * (dx > dy ? dx : dy);
        v = here > v ? here : v;
    }
    return (uint16_t)(slope ? v : x % 4 == 1 && y % 4 == 1 ? LEVELS * STEP + 7 : 0);
}

static void open_scene(struct scene *s, int slope, int threads)
{
    struct stm_error err = {0};
    memset(s, 0, sizeof *s);
    for (int i = 0; i < W * H; i++)
        s->light[i] = light_at(i % W, i / W, slope);
    const size_t bytes =
        stm_nuclei_left_bytes(W, H) + stm_nuclei_base_bytes(W, H) + stm_nuclei_tree_bytes(W, H);
    assert_ok(stm_arena_create(&s->scratch, bytes, &err), &err);
    s->scratch.threads = threads;
    stm_team_gather(&s->team, &s->scratch, threads, stm_nuclei_member_share_bytes(W, H));
    assert_int_equal(s->team.n, threads);
    s->f = (struct stm_finder){.kernels = stm_kernels_best(),
                               .options = &s->options,
                               .scratch = &s->scratch,
                               .team = &s->team,
                               .w = W,
                               .h = H,
                               .levels = LEVELS,
                               .floor = STEP,
                               .light = {s->light, W, W, H},
                               .labels = {s->labels, W, W, H}};
    for (int k = 1; k <= LEVELS; k++)
        s->f.level[k] = (uint16_t)(k * STEP);
    assert_ok(stm_nuclei_expect_left(&s->f, &err) && stm_nuclei_base(&s->f, &err) &&
                  stm_nuclei_tree(&s->f, &err),
              &err);
}

static void close_scene(struct scene *s)
{
    stm_team_dismiss(&s->team);
    stm_arena_destroy(&s->scratch);
}

/* Pixels of the set that (x, y) is in; they are taken out of `in`. */
static int take_out(uint8_t *in, int x, int y)
{
    if (x < 0 || y < 0 || x >= W || y >= H || !in[y * W + x]) return 0;
    in[y * W + x] = 0;
    return 1 + take_out(in, x - 1, y) + take_out(in, x + 1, y) + take_out(in, x, y - 1) +
           take_out(in, x, y + 1);
}

/* The areas of all sets of a level, in raster order of their first pixels, from the image. */
static int areas_of(const struct scene *s, int k, int *area)
{
    uint8_t in[W * H];
    int n = 0;
    for (int i = 0; i < W * H; i++)
        in[i] = s->light[i] >= s->f.level[k];
    for (int i = 0; i < W * H; i++)
        if (in[i]) area[n++] = take_out(in, i % W, i / W);
    return n;
}

/* Notes the areas of a share's nodes of a level where their first runs are. */
static void note_nodes(const struct scene *s, const struct stm_finder *share, int k, int *at)
{
    const struct stm_level_run *run = share->run;
    for (int i = 0; i < share->nodes; i++) {
        const struct stm_node *node = &share->node[i];
        if (node->level != k) continue;
        int sum = 0;
        for (int32_t r = node->first; r >= 0; sum += run[r].x1 - run[r].x0, r = run[r].next)
            for (int x = run[r].x0; x < run[r].x1; x++)
                assert_true(s->light[run[r].y * W + x] >= s->f.level[k]);
        assert_int_equal(sum, node->area);
        if (k > 1) assert_int_equal(share->node[node->parent].level, k - 1);
        at[run[node->first].y * W + run[node->first].x0] = sum;
    }
}

/* The same from the tree. */
static int nodes_of(const struct scene *s, int k, int *area)
{
    int at[W * H] = {0}, n = 0;
    for (int i = 0; i < s->f.shares; i++)
        note_nodes(s, &s->f.share[i], k, at);
    for (int i = 0; i < W * H; i++)
        if (at[i]) area[n++] = at[i];
    return n;
}

static int64_t check(const struct scene *s)
{
    static int expected[W * H], found[W * H];
    int64_t nodes = 0;
    for (int k = 1; k <= s->f.levels; k++) {
        const int n = areas_of(s, k, expected);
        assert_int_equal(nodes_of(s, k, found), n);
        assert_memory_equal(found, expected, (size_t)n * sizeof *found);
        nodes += n;
    }
    assert_int_equal(s->f.nodes, nodes);
    return nodes;
}

/* Steps of less than a level, of a few, and of more than are opened without asking. */
static void every_set_is_a_node(void **state)
{
    static const int slopes[] = {60, 250, 1100, 2500};
    static struct scene s;
    (void)state;
    for (size_t i = 0; i < 3 * sizeof slopes / sizeof *slopes; i++) {
        open_scene(&s, slopes[i / 3], 1 + 2 * (int)(i % 3));
        assert_in_range(s.f.levels, slopes[i / 3] < STEP ? 2 : 8, LEVELS);
        check(&s);
        close_scene(&s);
    }
}

/* For many small sets there is no room: every second level goes until the runs fit, then the top until the
 * nodes do. */
static void what_does_not_fit_is_cut(void **state)
{
    static struct scene s;
    static int area[W * H];
    (void)state;
    for (int threads = 1; threads < 6; threads += 2) {
        open_scene(&s, 0, threads);
        assert_in_range(s.f.levels, 1, LEVELS - 1);
        const int64_t nodes = check(&s);
        assert_true(nodes <= stm_nuclei_node_room(W, H));
        assert_true(s.f.levels < s.f.depths);
        assert_true(nodes + areas_of(&s, s.f.levels + 1, area) > stm_nuclei_node_room(W, H));
        close_scene(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_is_a_node),
        cmocka_unit_test(what_does_not_fit_is_cut),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
