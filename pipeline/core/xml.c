/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/xml.h"

#include "pipeline/core/text.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 1 << 20 }; /* bytes given to the parser at a time: its lengths are ints */

struct walk {
    const struct stm_xml_handler *handler;
    void *state;
    XML_Parser parser;
};

static const char *local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void on_begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
    const struct walk *walk = user;
    walk->handler->begin(walk->state, local(name), (const char *const *)attributes);
}

static void on_end(void *user, const XML_Char *name)
{
    const struct walk *walk = user;
    if (walk->handler->end) walk->handler->end(walk->state, local(name));
}

static void on_text(void *user, const XML_Char *text, int n)
{
    const struct walk *walk = user;
    if (walk->handler->text) walk->handler->text(walk->state, text, n);
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                       int internal)
{
    const struct walk *walk = user;
    (void)name, (void)system, (void)public, (void)internal;
    XML_StopParser(walk->parser, XML_FALSE);
}

static bool feed(XML_Parser parser, const char *text, size_t n)
{
    for (size_t at = 0; at < n || n == 0; at += PIECE) {
        const size_t piece = n - at < PIECE ? n - at : PIECE;
        if (XML_Parse(parser, text + at, (int)piece, at + piece == n) != XML_STATUS_OK) return false;
        if (at + piece == n) break;
    }
    return true;
}

bool stm_xml_parse(const char *text, size_t n, const struct stm_xml_handler *handler, void *state, char *why,
                   size_t why_size)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    struct walk walk = {handler, state, parser};
    snprintf(why, why_size, "no memory");
    if (!parser) return false;
    XML_SetUserData(parser, &walk);
    XML_SetElementHandler(parser, on_begin, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    const bool ok = feed(parser, text, n);
    if (!ok)
        snprintf(why, why_size, "%s in line %lu", XML_ErrorString(XML_GetErrorCode(parser)),
                 (unsigned long)XML_GetCurrentLineNumber(parser));
    XML_ParserFree(parser);
    return ok;
}

const char *stm_xml_attribute(const char *const *attributes, const char *name, const char *fallback)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(local(attributes[0]), name) == 0) return attributes[1];
    return fallback;
}

int stm_xml_int(const char *const *attributes, const char *name, int fallback)
{
    long value;
    const char *text = stm_xml_attribute(attributes, name, "");
    return stm_text_to_long(text, &value) && value >= 0 && value <= 1 << 30 ? (int)value : fallback;
}

double stm_xml_number(const char *const *attributes, const char *name)
{
    double value;
    return stm_text_to_double(stm_xml_attribute(attributes, name, ""), &value) ? value : (double)NAN;
}
