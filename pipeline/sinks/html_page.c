/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands before and after the rows of report.html. */
#include "pipeline/sinks/html.h"
#include "pipeline/sinks/html_assets.h"
#include "pipeline/sinks/json.h"

/* The policy lets only the two blocks run and style the page whose hashes it names, and lets nothing be
 * fetched but pictures beside the file: whatever a name contains, it is text. */
void stm_html_head(struct stm_string *out, const struct stm_run_info *info)
{
    stm_string_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    stm_string_add(out, stm_html_policy);
    stm_string_add(out, "\">\n<title>");
    stm_string_add_markup(out, info->title);
    stm_string_add(out, " \xc2\xb7 stroma report</title>\n<style>");
    stm_string_add_n(out, stm_html_css, stm_html_css_length);
    stm_string_add(out, "</style>\n</head>\n<body>\n<div id=\"page\">\n<h1>");
    stm_string_add_markup(out, info->title);
    stm_string_add(
        out, "</h1>\n<noscript><p>This page is drawn by a script inside the file, which this program does "
             "not run. The same numbers are in wells.csv, images.csv and objects.csv beside it.</p>"
             "</noscript>\n</div>\n");
}

static void put_columns(struct stm_json *json, const char *key, const struct stm_columns *columns)
{
    stm_json_open(json, key, '[');
    for (int i = 0; i < columns->n; i++) {
        const struct stm_measure *const m = columns->column[i].measure;
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "name", columns->column[i].name);
        stm_json_text(json, "unit", m->unit);
        stm_json_integer(json, "decimals", m->decimals);
        stm_json_text(json, "help", m->help);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
}

static void put_params(struct stm_json *json, const struct stm_run_info *info)
{
    stm_json_open(json, "params", '[');
    for (int i = 0; i < info->n_params; i++) {
        const struct stm_run_param *const p = &info->params[i];
        stm_json_open(json, NULL, '{');
        stm_json_text(json, "name", p->name);
        stm_json_text(json, "stage", p->stage);
        stm_json_text(json, "value", p->value);
        stm_json_text(json, "fallback", p->fallback);
        stm_json_text(json, "unit", p->unit);
        stm_json_text(json, "help", p->help);
        stm_json_close(json, '}');
    }
    stm_json_close(json, ']');
}

static void put_cells(struct stm_json *json, const struct stm_html_cells *cells)
{
    stm_json_open(json, "cell_columns", '[');
    for (int i = 0; i < cells->n; i++)
        stm_json_integer(json, NULL, cells->column[i]);
    stm_json_close(json, ']');
    stm_json_integer(json, "cell_limit", cells->limit);
}

static void put_run(struct stm_string *out, const struct stm_run_info *info,
                    const struct stm_html_cells *cells)
{
    struct stm_json json = {.out = out};
    const struct {
        const char *key, *text;
    } texts[] = {
        {"title", info->title},
        {"version", info->program_version},
        {"assay", info->assay},
        {"assay_version", info->assay_version},
        {"assay_title", info->assay_title},
        {"assay_summary", info->assay_summary},
        {"protocol_name", info->protocol_name},
        {"protocol_hash", info->protocol_hash},
        {"protocol_text", info->protocol_text},
        {"command", info->command},
        {"default_measure", info->default_measure},
        {"object_name", info->object_name},
        {"inputs_hash", info->inputs_hash},
        {"samples_file", info->samples_file},
        {"samples_hash", info->samples_hash},
    };
    stm_json_open(&json, NULL, '{');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        stm_json_text(&json, texts[i].key, texts[i].text);
    stm_json_integer(&json, "n_inputs", info->n_inputs);
    stm_json_lines(&json, "notes", info->notes);
    stm_json_open(&json, "channels", '[');
    for (int c = 0; c < info->n_channels; c++)
        stm_json_text(&json, NULL, info->channels[c]);
    stm_json_close(&json, ']');
    stm_json_open(&json, "metadata", '[');
    for (int i = 0; i < info->n_metadata; i++)
        stm_json_text(&json, NULL, info->metadata[i]);
    stm_json_close(&json, ']');
    stm_json_open(&json, "classes", '[');
    for (int c = 0; c < STM_CLASSES; c++)
        stm_json_text(&json, NULL, stm_class_name((enum stm_class)c));
    stm_json_close(&json, ']');
    put_params(&json, info);
    put_columns(&json, "well_columns", info->well_columns);
    put_columns(&json, "site_columns", info->site_columns);
    put_columns(&json, "object_columns", info->object_columns);
    put_cells(&json, cells);
    stm_json_close(&json, '}');
}

void stm_html_tail(struct stm_string *out, const struct stm_run_info *info,
                   const struct stm_html_cells *cells)
{
    stm_string_add(out, "<script type=\"application/json\" id=\"run\">");
    put_run(out, info, cells);
    stm_string_add(out, "</script>\n<script>");
    stm_string_add_n(out, stm_html_js, stm_html_js_length);
    stm_string_add(out, "</script>\n</body>\n</html>\n");
}
