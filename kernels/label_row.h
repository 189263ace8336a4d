/* Rows of label images, run by run: most pixels have the label of the one before. */
#ifndef STM_LABEL_ROW_H
#define STM_LABEL_ROW_H

#include <stdint.h>

/* Where the run of equal labels that begins at x ends; x < w. */
static inline int stm_label_run_end(const uint32_t *row, int x, int w)
{
    const uint32_t label = row[x];
    int end = x + 1;
    while (end < w && row[end] == label)
        end++;
    return end;
}

#endif
