/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An instrument that links stroma: measures one field of view after the other and has the report written at
 * the end. cc capture_folder.c $(pkg-config --cflags --libs stroma) -o capture_folder
 *   ./capture_folder RESULTS CHANNELS FILES_A_FIELD FILE… */
#include <stroma.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool print_row(void *context, const struct stm_session_row *row)
{
    static const char *const verdicts[] = {"ok", "warn", "rejected", "failed"};
    int *const fields = context;
    ++*fields;
    printf("%s %s site %s: %s%s%s; %d live, %d dead", row->plate, row->well, row->site,
           verdicts[row->verdict], row->reason[0] ? ": " : "", row->reason, row->counted[STM_SESSION_LIVE],
           row->counted[STM_SESSION_DEAD]);
    for (int i = 0; i < row->n_measures; i++)
        if (!strcmp(row->measures[i], "Viability") && !isnan(row->values[i]))
            printf(", viability %.1f %%", row->values[i]);
    printf("\n");
    return true;
}

static int complain(const struct stm_session_error *error)
{
    fprintf(stderr, "%s\n", error->text);
    return 1;
}

int main(int argc, char **argv)
{
    struct stm_session *session;
    struct stm_session_error error;
    if (argc < 5) return fprintf(stderr, "capture_folder RESULTS CHANNELS FILES_A_FIELD FILE...\n"), 2;
    const struct stm_session_options options = {.directory = argv[1], .channels = argv[2]};
    const int each = (int)strtol(argv[3], NULL, 10);
    int fields = 0;
    if (each < 1) return fprintf(stderr, "FILES_A_FIELD is at least 1\n"), 2;
    if (!stm_session_open(&session, &options, &error)) return complain(&error);
    bool good = true;
    for (int at = 4; good && at + each <= argc; at += each)
        good = stm_session_capture(session, (const char *const *)&argv[at], each, print_row, &fields, &error);
    good = good && stm_session_finish(session, &error);
    stm_session_close(&session);
    if (!good) return complain(&error);
    printf("%d fields with stroma %s\n", fields, stm_session_version());
    return 0;
}
