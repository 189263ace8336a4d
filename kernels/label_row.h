/* Rows of label images, run by run: most pixels have the label of the one before. */
#ifndef STM_LABEL_ROW_H
#define STM_LABEL_ROW_H

#include <stdint.h>
#include <string.h>

/* Where the run of equal labels that begins at x ends; x < w. */
static inline int stm_label_run_end(const uint32_t *row, int x, int w)
{
    const uint32_t label = row[x];
    const uint64_t two = (uint64_t)label << 32 | label;
    int end = x + 1;
    for (; end + 8 <= w; end += 8) {
        uint64_t a[4];
        memcpy(a, row + end, sizeof a);
        if ((a[0] ^ two) | (a[1] ^ two) | (a[2] ^ two) | (a[3] ^ two)) break;
    }
    while (end < w && row[end] == label)
        end++;
    return end;
}

#endif
