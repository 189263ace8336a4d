/* One program proves and times the kernels: `truth` holds the reference against brute force, `same` holds
 * each instruction set against the reference bit by bit, `bench` prints ns/pixel. Options: --isa NAME,
 * --filter TEXT,
 * --seed N, --bench. */
#ifndef STM_CHECK_H
#define STM_CHECK_H

#include "kernels/kernels.h"
#include "kernels/view.h"

struct check {
    const char *name;
    void (*truth)(const struct stm_kernels *ref);
    void (*same)(const struct stm_kernels *ref, const struct stm_kernels *k);
    void (*bench)(const struct stm_kernels *k);
};

extern const struct check check_colour, check_components, check_conv8, check_distance, check_focus,
    check_gauss, check_grid, check_head, check_histogram, check_isa, check_local, check_moments, check_order,
    check_outline, check_stretch, check_rank, check_reconstruct, check_resample, check_runs, check_shrink,
    check_tensor, check_watershed, check_ways;

/* Random numbers of this run; the same for the same --seed and check. */
uint64_t check_random(void);
uint32_t check_below(uint32_t n); /* 0 … n - 1 */

/* Memory between two guard pages, flush with the one before (side 0) or behind it (side 1; the start is then
 * aligned to 2 bytes only). Freed when the check ends. */
void *check_memory(size_t bytes, int side);

/* Ways to fill an image. */
enum check_fill { FILL_ZERO, FILL_MAX, FILL_STRIPES, FILL_RAMP, FILL_EDGE, FILL_LOW, FILL_NOISE, FILLS };

/* New images in guarded memory; pixels between the width and the stride hold a canary. */
struct stm_u16 check_image(int w, int h, int side);
struct stm_u16 check_image_fill(int w, int h, int side, enum check_fill fill);
struct stm_cu16 check_const(struct stm_u16 image);

/* Calls `one` for widths 0 … 3 vectors + 1 and primes, heights 1, 2, 3, 17, both sides, fills in turn. */
struct check_shape {
    int w, h, side;
    enum check_fill fill;
};
void check_each_shape(void (*one)(const struct stm_kernels *ref, const struct stm_kernels *k,
                                  const struct check_shape *s),
                      const struct stm_kernels *ref, const struct stm_kernels *k);

/* Random foreground in raster order: blobs of about `size` pixels over about `percent` of the image, or noise
 * when size is 0. Returns the number of runs; the list is guarded memory. */
struct stm_segment *check_blobs(int w, int h, int size, int percent, size_t *n);

/* Failures are counted, printed with how to run the check again, and end the check after 5. */
void check_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define CHECK(condition, ...)                                                                                \
    do {                                                                                                     \
        if (!(condition)) check_fail(__FILE__, __LINE__, __VA_ARGS__);                                       \
    } while (0)
void check_equal_u16(struct stm_u16 expected, struct stm_u16 actual, const char *what);
void check_equal_bytes(const void *expected, const void *actual, size_t n, const char *what);

/* Times `work(state)` over `pixels` pixels and prints ns/pixel: the least and the median of many. */
void check_time(const char *what, void (*work)(void *state), void *state, double pixels);
/* Prints work / second of what check_time has just timed. */
void check_rate(const char *unit, double work);
double check_latest(void); /* seconds that it took */

#endif
