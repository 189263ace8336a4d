/* XML as a stream of elements; the only file that uses expat. Element and attribute names come without their
 * namespace prefix; documents with a DTD are refused, so nothing is ever expanded. */
#ifndef STM_CORE_XML_H
#define STM_CORE_XML_H

#include <stdbool.h>
#include <stddef.h>

struct stm_xml_handler {
    void (*begin)(void *state, const char *element, const char *const *attributes); /* name, value, …, NULL */
    void (*text)(void *state, const char *text, int n); /* in pieces; may be NULL */
    void (*end)(void *state, const char *element);      /* may be NULL */
};

/* False when the document is not well formed; `why` says where. What came before was handed over. */
bool stm_xml_parse(const char *text, size_t n, const struct stm_xml_handler *handler, void *state, char *why,
                   size_t why_size);

/* The attribute's value, or `fallback`. */
const char *stm_xml_attribute(const char *const *attributes, const char *name, const char *fallback);
int stm_xml_int(const char *const *attributes, const char *name, int fallback); /* 0 to 2^30, else fallback */
double stm_xml_number(const char *const *attributes, const char *name);         /* NaN when absent */

#endif
