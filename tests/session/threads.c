/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many threads, each with a session of its own, into one results directory: what stroma.h promises.
 * threads RESULTS CHANNELS FILES_A_FIELD FILE… */
#include "library/stroma.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_FIELDS = 64 };

struct field {
    const struct stm_session_options *options;
    const char *const *files;
    int n, rows;
    bool good;
    struct stm_session_error error;
};

static bool count(void *context, const struct stm_session_row *row)
{
    ++*(int *)context;
    return row->n_objects > 0 && row->n_measures > 0;
}

static void *measure(void *arg)
{
    struct field *const f = arg;
    struct stm_session *session;
    f->good = stm_session_open(&session, f->options, &f->error) &&
              stm_session_capture(session, f->files, f->n, count, &f->rows, &f->error) &&
              stm_session_finish(session, &f->error);
    stm_session_close(&session);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct field field[MAX_FIELDS];
    static pthread_t thread[MAX_FIELDS];
    if (argc < 5) return 2;
    const struct stm_session_options options = {.directory = argv[1], .channels = argv[2], .threads = 1};
    const int each = (int)strtol(argv[3], NULL, 10), n = (argc - 4) / each;
    if (each < 1 || n > MAX_FIELDS) return 2;
    for (int i = 0; i < n; i++) {
        field[i] =
            (struct field){.options = &options, .files = (const char *const *)&argv[4 + i * each], .n = each};
        if (pthread_create(&thread[i], NULL, measure, &field[i]) != 0) return 2;
    }
    int bad = 0;
    for (int i = 0; i < n; i++) {
        pthread_join(thread[i], NULL);
        if (field[i].good && field[i].rows == 1) continue;
        fprintf(stderr, "field %d: %s\n", i, field[i].error.text);
        bad++;
    }
    return bad > 0;
}
