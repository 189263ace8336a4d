typedef int stm_kernels_placeholder;
