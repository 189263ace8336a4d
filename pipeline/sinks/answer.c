/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/answer.h"

static void identity(struct stm_json *json, const struct stm_site_row *site)
{
    stm_json_text(json, "plate", site->plate);
    stm_json_text(json, "well", site->well);
    stm_json_text(json, "site", site->site);
    if (site->timepoint >= 0)
        stm_json_integer(json, "timepoint", site->timepoint);
    else
        stm_json_text(json, "timepoint", NULL);
    stm_json_text(json, "status", stm_verdict_name(site->verdict));
    stm_json_text(json, "reason", site->reason);
    stm_json_integer(json, "width", site->width);
    stm_json_integer(json, "height", site->height);
    stm_json_number(json, "pixel_um", site->pixel_um, 6);
}

static void channels(struct stm_json *json, const struct stm_site_row *site)
{
    stm_json_open(json, "channels", '[');
    for (int c = 0; c < site->channels; c++) {
        const struct stm_channel *const channel = &site->channel[c];
        if (!channel->file) continue;
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "name", stm_role_name(channel->role));
        stm_json_text(json, "file", stm_text_basename(channel->file));
        stm_json_integer(json, "plane", channel->plane);
        stm_json_integer(json, "bits", channel->true_bits);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
}

static void counts(struct stm_json *json, const struct stm_site_row *site)
{
    static const char *const names[STM_CLASSES] = {"unclassed", "live",      "dead", "ambiguous", "debris",
                                                   "spindle",   "polygonal", "flat", "rounded"};
    int counted = 0, class[STM_CLASSES] = {0};
    for (int i = 0; i < site->n_objects; i++)
        if (site->objects[i].counted) {
            counted += site->objects[i].class != STM_CLASS_DEBRIS;
            class[site->objects[i].class]++;
        }
    stm_json_open(json, "objects", '{');
    stm_json_integer(json, "found", site->n_objects);
    stm_json_integer(json, "counted", counted);
    for (int i = 0; i < STM_CLASSES; i++)
        if (i <= STM_CLASS_DEBRIS || class[i]) stm_json_integer(json, names[i], class[i]);
    stm_json_close(json, '}');
}

static void columns(struct stm_json *json, const struct stm_columns *columns, const double *values)
{
    for (int i = 0; values && i < columns->n; i++)
        stm_json_number(json, columns->column[i].name, values[i], columns->column[i].measure->decimals);
}

static void object_rows(struct stm_json *json, const struct stm_site_row *site,
                        const struct stm_columns *object_columns)
{
    stm_json_open(json, "rows", '[');
    for (int i = 0; i < site->n_objects; i++) {
        const struct stm_object *const o = &site->objects[i];
        stm_json_open(json, NULL, '{');
        stm_json_integer(json, "ObjectNumber", o->number);
        stm_json_text(json, "Class", stm_class_name(o->class));
        stm_json_integer(json, "Counted", o->counted);
        columns(json, object_columns, site->object_values + (size_t)i * (size_t)object_columns->n);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
}

void stm_answer_site(struct stm_json *json, const struct stm_site_row *site,
                     const struct stm_columns *site_columns, const struct stm_columns *object_columns)
{
    stm_json_open(json, NULL, '{');
    identity(json, site);
    channels(json, site);
    counts(json, site);
    stm_json_open(json, "measures", '{');
    columns(json, site_columns, site->values);
    stm_json_close(json, '}');
    if (object_columns) object_rows(json, site, object_columns);
    stm_json_close(json, '}');
}
