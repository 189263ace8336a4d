/* A regular file opened for reading at given positions. */
#ifndef STM_IO_INPUT_H
#define STM_IO_INPUT_H

#include "pipeline/core/error.h"

#include <stddef.h>
#include <stdint.h>

struct stm_input {
    int fd; /* -1 when closed */
    uint64_t size;
    const char *path; /* the caller's */
};

/* Never blocks: pipes, sockets and directories are refused. */
bool stm_input_open(struct stm_input *input, const char *path, struct stm_error *err);
void stm_input_close(struct stm_input *input);

/* Reads up to `size` bytes at `at`; returns how many there are (fewer only at the end of the file or when the
 * system cannot read on). */
size_t stm_input_some(const struct stm_input *input, uint64_t at, void *bytes, size_t size);

/* Reads exactly `size` bytes, or fails with the numbers; `what` names them in the message. */
bool stm_input_exactly(const struct stm_input *input, uint64_t at, void *bytes, size_t size, const char *what,
                       struct stm_error *err);

#endif
