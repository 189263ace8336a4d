/* Transcendental functions whose bits are the same on every machine: only + - * /, floor, frexp and ldexp,
 * which IEEE 754 defines exactly. Accurate to a few units in the last place, far better than needed. */
#ifndef STM_IMAGES_EXACT_H
#define STM_IMAGES_EXACT_H

double stm_exact_exp(double x);           /* 0 below -700, x at most 700 */
double stm_exact_log(double x);           /* x > 0 */
double stm_exact_pow(double x, double y); /* x > 0 */

/* cos and sin of `turns` full circles. */
struct stm_direction {
    double c, s;
};
struct stm_direction stm_exact_direction(double turns);

#endif
