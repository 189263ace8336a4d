/* What the program that fits the odds sees (pipeline/nuclei/fit): nothing in ordinary builds. */
#ifndef STM_NUCLEI_OBSERVE_H
#define STM_NUCLEI_OBSERVE_H

#ifdef STM_NUCLEI_FIT
struct stm_finder;
/* `n` measurements of two branches (nodes a, b), of two parts (blobs a, b), of one candidate (blob a). */
void stm_nuclei_observe_branch(const struct stm_finder *f, int a, int b, int n, const double *v);
void stm_nuclei_observe_pair(const struct stm_finder *f, int a, int b, int n, const double *v);
void stm_nuclei_observe_blob(const struct stm_finder *f, int a, int b, int n, const double *v);
#define STM_NUCLEI_OBSERVE(what, f, a, b, v)                                                                 \
    stm_nuclei_observe_##what(f, (int)(a), (int)(b), (int)(sizeof(v) / sizeof *(v)), v)
#else
#define STM_NUCLEI_OBSERVE(...) (void)0
#endif

#endif
