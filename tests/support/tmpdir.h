/* A folder that goes away with the test. */
#ifndef STM_TMPDIR_H
#define STM_TMPDIR_H

/* Creates an empty folder and returns its path, to be freed by stm_tmpdir_remove. Aborts when it cannot. */
char *stm_tmpdir_create(void);
void stm_tmpdir_remove(char *path); /* with everything in it */

/* The whole file directory/name, NUL-ended, to be freed; NULL when it is not there. `n` may be NULL. */
char *stm_tmpdir_read(const char *directory, const char *name, unsigned long *n);

/* Writes the file directory/name, with the folders in between. Aborts when it cannot. */
void stm_tmpdir_write(const char *directory, const char *name, const char *text);

/* Number of entries in directory/name, -1 when it is not there. */
int stm_tmpdir_count(const char *directory, const char *name);

#endif
