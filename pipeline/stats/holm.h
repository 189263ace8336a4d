/* Several questions at once (Holm, Scand. J. Stat. 6, 65, 1979). */
#ifndef STM_HOLM_H
#define STM_HOLM_H

/* p-values so corrected that the chance of even one false alarm among all of them stays below the level they
 * are compared with. NaN stay NaN and do not count. `adjusted` may be `p`. */
void stm_holm(const double *p, double *adjusted, int n);

#endif
