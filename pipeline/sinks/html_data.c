/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of report.html: one script element of JSON each, which browsers keep as data. */
#include "pipeline/sinks/html.h"
#include "pipeline/sinks/json.h"

#include <math.h>

static void begin(struct stm_json *json, const char *kind)
{
    stm_string_addf(json->out, "<script type=\"application/json\" data-row=\"%s\">", kind);
    stm_json_open(json, NULL, '{');
}

static void end(struct stm_json *json)
{
    stm_json_close(json, '}');
    stm_string_add(json->out, "</script>\n");
}

static void put_values(struct stm_json *json, const struct stm_columns *columns, const double *values)
{
    stm_json_open(json, "values", '[');
    for (int i = 0; i < columns->n; i++)
        stm_json_number(json, NULL, values ? values[i] : NAN, columns->column[i].measure->decimals);
    stm_json_close(json, ']');
}

static void put_metadata(struct stm_json *json, const struct stm_run_info *info, const char *const *values)
{
    if (!info->n_metadata) return;
    stm_json_open(json, "metadata", '[');
    for (int i = 0; i < info->n_metadata; i++)
        stm_json_text(json, NULL, values ? values[i] : "");
    stm_json_close(json, ']');
}

static void put_counts(struct stm_json *json, const struct stm_site_row *site)
{
    int counted[STM_CLASSES] = {0}, uncounted = 0;
    for (int i = 0; i < site->n_objects; i++) {
        counted[site->objects[i].class] += site->objects[i].counted;
        uncounted += !site->objects[i].counted;
    }
    stm_json_open(json, "counts", '[');
    for (int i = 0; i < STM_CLASSES; i++)
        stm_json_integer(json, NULL, counted[i]);
    stm_json_close(json, ']');
    stm_json_integer(json, "uncounted", uncounted);
}

static void put_files(struct stm_json *json, const struct stm_site_row *site)
{
    stm_json_open(json, "files", '[');
    for (int c = 0; c < site->channels; c++)
        stm_json_text(json, NULL, site->channel[c].file ? stm_text_basename(site->channel[c].file) : NULL);
    stm_json_close(json, ']');
}

void stm_html_site(struct stm_string *out, const struct stm_run_info *info, const struct stm_site_row *site,
                   const struct stm_html_picture *picture)
{
    struct stm_json json = {.out = out};
    begin(&json, "site");
    stm_json_integer(&json, "number", site->image_number);
    stm_json_text(&json, "plate", site->plate);
    stm_json_text(&json, "well", site->well);
    stm_json_text(&json, "site", site->site);
    if (site->timepoint >= 0) stm_json_integer(&json, "time", site->timepoint);
    stm_json_text(&json, "status", stm_verdict_name(site->verdict));
    if (site->reason[0]) stm_json_text(&json, "reason", site->reason);
    stm_json_integer(&json, "width", site->width);
    stm_json_integer(&json, "height", site->height);
    stm_json_number(&json, "pixel_um", site->pixel_um, 4);
    put_files(&json, site);
    put_counts(&json, site);
    put_values(&json, info->site_columns, site->values);
    if (picture->panels) {
        stm_json_text(&json, "stem", site->stem);
        stm_json_integer(&json, "panels", picture->panels);
    }
    if (picture->covered) stm_json_bool(&json, "covered", true);
    if (picture->w) {
        stm_json_integer(&json, "w", picture->w);
        stm_json_integer(&json, "h", picture->h);
        if (picture->beside) stm_json_bool(&json, "beside", true);
    }
    end(&json);
}

void stm_html_well(struct stm_string *out, const struct stm_run_info *info, const struct stm_well_row *well)
{
    struct stm_json json = {.out = out};
    begin(&json, "well");
    stm_json_text(&json, "plate", well->plate);
    stm_json_text(&json, "well", well->well);
    stm_json_integer(&json, "row", well->row);
    stm_json_integer(&json, "col", well->col);
    stm_json_integer(&json, "sites", well->sites);
    stm_json_integer(&json, "used", well->sites_used);
    stm_json_text(&json, "status", stm_verdict_name(well->verdict));
    if (well->reason[0]) stm_json_text(&json, "reason", well->reason);
    put_metadata(&json, info, well->metadata);
    put_values(&json, info->well_columns, well->values);
    end(&json);
}
