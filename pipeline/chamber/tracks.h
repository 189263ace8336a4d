/* Grid lines one by one: where each of them runs through the picture, bent a little as lenses do, and how
 * wide it is. The double and triple lines at the borders of squares are one wide line. */
#ifndef STM_TRACKS_H
#define STM_TRACKS_H

#include <stdint.h>

enum { STM_TRACKS = 128 };

struct stm_track {
    double at[3]; /* px across the lines: at[0] + at[1] t + at[2] t t; t = -1 … 1 from the first strip to the
                     last */
    double extent; /* px from its first to its last light, mean */
    int strips;    /* in which it was seen */
};

/* Lines of one axis, by their place in the middle of the picture. */
struct stm_tracks {
    struct stm_track track[STM_TRACKS];
    int n, strips, width; /* of a strip, px */
};

/* The first of strip[y … n) that is not 0, or n; n + 1 from there on. Strips are empty for the most part. */
int stm_next_light(const int16_t *strip, int y, int n);

/* Strips as in looker.h (each `width` px long); what is nearer than `close` px is one line. */
void stm_tracks_of(struct stm_tracks *out, const int16_t *strips, int n, int across, int width, double close);

/* Where a line is, px across, at the pixel `along`. */
double stm_track_at(const struct stm_tracks *tracks, int i, double along);

#endif
