/* assets/ as they stand in report.html; made by assets/embed.py when the program is built. */
#ifndef STM_SINKS_HTML_ASSETS_H
#define STM_SINKS_HTML_ASSETS_H

#include <stddef.h>

extern const char stm_html_css[], stm_html_js[];
extern const size_t stm_html_css_length, stm_html_js_length;

/* A Content-Security-Policy that names the two by their SHA-256. */
extern const char stm_html_policy[];

#endif
