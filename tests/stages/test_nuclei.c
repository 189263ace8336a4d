/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bright discs on a dark ground, two of them close together. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "tests/support/fixture.h"

#include <stdlib.h>

extern const struct stm_stage stm_stage_nuclei;

enum { SIDE = 300, RADIUS = 11 };

struct world {
    struct stm_fixture f;
    uint32_t label[SIDE * SIDE];
};

static void disc(struct world *w, int cx, int cy)
{
    const struct stm_u16 plane = w->f.site.plane[1];
    for (int y = cy - RADIUS; y <= cy + RADIUS; y++)
        for (int x = cx - RADIUS; x <= cx + RADIUS; x++)
            if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= RADIUS * RADIUS)
                plane.px[y * plane.stride + x] = (uint16_t)(plane.px[y * plane.stride + x] + 900);
}

static void finds_nuclei(const char *method)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE, STM_ROLE_NUCLEI};
    struct world *const w = calloc(1, sizeof *w);
    struct stm_error err;
    uint64_t random = 7;
    assert_non_null(w);
    stm_fixture_open(&w->f, &stm_stage_nuclei, SIDE, SIDE, roles, 2);
    w->f.env.kernels = stm_kernels_best();
    w->f.site.geo.pixel_um = 0.65;
    w->f.site.labels = (struct stm_u32){w->label, SIDE, SIDE, SIDE};
    assert_ok(stm_param_set(stm_stage_nuclei.params, w->f.params, "method", method, &err), &err);
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++)
            w->f.site.plane[1].px[i * w->f.site.plane[1].stride + k] =
                (uint16_t)(200 + stm_fixture_noise(&random, 8));
    for (int i = 0; i < 9; i++)
        disc(w, 50 + i % 3 * 90, 50 + i / 3 * 90);
    disc(w, 50 + 2 * RADIUS + 2, 50); /* 1 pixel between outlines */
    assert_ok(stm_stage_nuclei.run(&w->f.site, &w->f.env, &err), &err);
    assert_int_equal(w->f.site.nucleus_count, 10);
    assert_near(stm_fixture_value(&w->f, "Nuclei_Found"), 10, 0);
    assert_near(stm_fixture_value(&w->f, "Nuclei_Diameter"), 2 * RADIUS, 4);
    int twins = 0;
    for (uint32_t i = 1; i <= 10; i++)
        twins += w->f.site.twin[i] && w->f.site.twin[w->f.site.twin[i]] == i;
    assert_int_equal(twins, 2);
    w->f.site.labels.px = NULL;
    stm_fixture_close(&w->f);
    free(w);
}

static void by_the_network(void **state)
{
    (void)state;
    finds_nuclei("net");
}

static void by_levels(void **state)
{
    (void)state;
    finds_nuclei("classical");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_the_network),
        cmocka_unit_test(by_levels),
    };
    return STM_TEST_MAIN(tests);
}
