/* From paths of files and folders to plates, wells, sites and channels, by names alone: no image is opened.
 */
#ifndef STM_PLATE_H
#define STM_PLATE_H

#include "pipeline/io/folder.h"
#include "pipeline/io/naming.h"

enum {
    STM_PLATE_CHANNELS = 32,   /* different channel keys in one run */
    STM_PLATE_FILES = 1 << 20, /* images in one run: about 1 GB of names at worst */
    STM_PLATE_PROBLEMS = 1000  /* sentences kept; one more says how many are missing */
};

/* One image file. The file lists of all sites are one array. */
struct stm_plate_file {
    char *path;                    /* as found */
    char channel[STM_CHANNEL_KEY]; /* as in the name: "w1", "DAPI"; "" when it has none */
    int z;                         /* focal plane, -1 */
};

/* One field of view at one time: its files ordered by channel (natural order), then plane. */
struct stm_plate_site {
    char plate[96];
    char well[STM_WELL_TEXT]; /* "B03", or "-" when names have no well */
    char well_raw[16];        /* as written */
    int row, col;             /* 0-based, -1 */
    char site[96];            /* "2"; the file's stem without a convention; "" when a well has one site */
    int site_number;          /* -1 */
    int timepoint;            /* frame number, or minutes where names have a time; -1 */
    char time_text[32];       /* as written: "02d16h00m" */
    struct stm_plate_file *files;
    int n_files;
};

/* Sites are sorted by plate, row, column, site (natural order) and time point. */
struct stm_plate {
    struct stm_plate_site *sites;
    int n_sites, n_wells;
    char channels[STM_PLATE_CHANNELS]
                 [STM_CHANNEL_KEY]; /* keys, natural order; "" for names without channel */
    int n_channels;
    const struct stm_naming *naming; /* NULL: no convention; &stm_naming_pattern: the user's pattern */
    char title[96];                  /* the plate's name, or the first folder's when there are several */
    char **problems;                 /* sentences: channels missing or doubled, files left out, and why */
    int n_problems;
};

/* Stands for a pattern given by the user. */
extern const struct stm_naming stm_naming_pattern;

/* Which files of a folder are images, and which are left; also for whoever watches a folder. */
extern const struct stm_folder_rules stm_plate_rules;

/* Finds the images in `paths`: files (any extension) and folders (everything below). `pattern` is a pattern,
 * the name of a convention, or NULL: then the convention that fits most files is taken, and none when it fits
 * less than half. The result depends on the names only, not on the order in which the system lists them.
 * Fails when a path cannot be read, when there is no image, and when the pattern fits none. Free with
 * stm_plate_free, also after a failure. */
bool stm_plate_find(struct stm_plate *plate, const char *const *paths, int n_paths, const char *pattern,
                    struct stm_error *err);
void stm_plate_free(struct stm_plate *plate);

/* A file somebody has found before. With a root (a folder above it, no '/' at its end) it is read as one that
 * was found in that folder, without ("") as one that was named. */
struct stm_plate_listed {
    const char *path, *root;
};

/* The same as stm_plate_find for a list of files, in which each comes once; they need not be there any more.
 */
bool stm_plate_find_listed(struct stm_plate *plate, const struct stm_plate_listed *listed, int n,
                           const char *pattern, struct stm_error *err);

/* Order in which people count: "s2" before "s10". Total: 0 only for equal strings. */
int stm_plate_natural(const char *a, const char *b);

#endif
