/* Views of pixels: where they are, how far apart the rows are, how many there are. Passed by value. */
#ifndef STM_VIEW_H
#define STM_VIEW_H

#include <stddef.h>
#include <stdint.h>

/* `stride` counts elements from one row to the next; pixel (x, y) is px[y * stride + x]. Names beginning with
 * `c` see constant pixels. A view owns nothing. */
#define STM_VIEW(name, type)                                                                                 \
    struct name {                                                                                            \
        type *px;                                                                                            \
        ptrdiff_t stride;                                                                                    \
        int w, h;                                                                                            \
    }
STM_VIEW(stm_u8, uint8_t);
STM_VIEW(stm_cu8, const uint8_t);
STM_VIEW(stm_s16, int16_t);
STM_VIEW(stm_cs16, const int16_t);
STM_VIEW(stm_u16, uint16_t);
STM_VIEW(stm_cu16, const uint16_t);
STM_VIEW(stm_u32, uint32_t);
STM_VIEW(stm_cu32, const uint32_t);
STM_VIEW(stm_f32, float);
STM_VIEW(stm_cf32, const float);
#undef STM_VIEW

/* The same pixels, read-only: (struct stm_cu16)STM_CONST(view). */
#define STM_CONST(view)                                                                                      \
    {                                                                                                        \
        (view).px, (view).stride, (view).w, (view).h                                                         \
    }

/* A run of foreground pixels [x0, x1) in row y that belongs to `label`; lists of runs are in raster order. */
struct stm_segment {
    int32_t y, x0, x1;
    uint32_t label;
};

#endif
