/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site's record depends on, as one hash: where it is the same, the work need not be done again. */
#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"
#include "pipeline/run_private.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Program, protocol, channels, and what the plate has taught the stages. */
static void add_common(const struct stm_crew *crew, struct stm_string *s)
{
    const struct stm_plan *const plan = crew->plan;
    char hex[STM_SHA256_HEX];
    stm_string_addf(s, "%s %s %d", STM_VERSION, plan->hash, crew->previews);
    if (crew->options->full_overlays) stm_string_add(s, " full");
    for (int c = 0; c < plan->channels; c++)
        stm_string_addf(s, " %s", plan->channel_name[c]);
    for (int i = 0; i < plan->n_stages; i++) {
        const struct stm_stage *const stage = plan->stage[i].stage;
        const size_t n = stage->settled_bytes ? stage->settled_bytes : stage->plate_bytes;
        stm_sha256_hex(plan->stage[i].plate, n, hex);
        stm_string_addf(s, " %s", hex);
    }
}

static void add_plane(struct stm_string *s, int c, const struct stm_intake_plane *plane)
{
    struct stat st = {0};
    stat(plane->path, &st);
    stm_string_addf(s, "\n%d %d %d %d %lld %lld.%09ld %s", c, plane->channel, plane->z, plane->t,
                    (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, plane->path);
}

static void add_site(struct stm_string *s, const struct stm_intake_site *site)
{
    stm_string_addf(s, "\n%d %d %s %.17g", site->geo.width, site->geo.height,
                    stm_verdict_name(site->row.verdict), site->geo.pixel_um);
    stm_string_addf(s, " %s", site->row.reason);
    for (int c = 0; c < STM_MAX_CHANNELS; c++)
        for (int p = 0; p < site->n_planes[c]; p++)
            add_plane(s, c, &site->planes[c][p]);
}

bool stm_run_ids(const struct stm_crew *crew, char (**ids)[STM_SPOOL_ID], struct stm_error *err)
{
    struct stm_string s = {0};
    *ids = calloc((size_t)crew->input->n_sites + 1, sizeof **ids);
    add_common(crew, &s);
    const size_t common = s.length;
    for (int i = 0; *ids && !s.failed && i < crew->input->n_sites; i++) {
        s.length = common;
        add_site(&s, &crew->input->sites[i]);
        if (!s.failed) stm_sha256_hex(s.text, s.length, (*ids)[i]);
    }
    const bool good = *ids && !s.failed;
    stm_string_free(&s);
    return good || stm_fail(err, STM_NO_MEMORY, "no memory to identify %d sites", crew->input->n_sites);
}
