/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* sched_getaffinity */
#include "pipeline/core/workers.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

enum item_state { WAITING, DONE, FAILED };

struct crew {
    const struct stm_job *job;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    unsigned char *state; /* of each item in the window, by item % window */
    int window;
    int next, committed; /* items handed out; items committed */
    bool committing;
    int failed_item; /* the first failing one so far, INT_MAX when none */
    struct stm_error *err;
};

struct hand {
    struct crew *crew;
    int index;
};

/* Called with the lock held. Keeps the error of the earliest item, which does not depend on timing because
 * every earlier item is still finished. */
static void record_failure(struct crew *c, int item, const struct stm_error *err)
{
    if (item >= c->failed_item) return;
    c->failed_item = item;
    *c->err = *err;
}

/* Called with the lock held; commits what is ready, one thread at a time. */
static void commit_ready(struct crew *c)
{
    if (c->committing) return;
    c->committing = true;
    while (c->committed < c->next && c->state[c->committed % c->window] == DONE &&
           c->committed < c->failed_item) {
        const int item = c->committed;
        struct stm_error err = {0};
        pthread_mutex_unlock(&c->lock);
        const bool good = !c->job->commit || c->job->commit(c->job->context, item, &err);
        pthread_mutex_lock(&c->lock);
        if (!good) {
            record_failure(c, item, &err);
            break;
        }
        c->state[item % c->window] = WAITING;
        c->committed++;
        pthread_cond_broadcast(&c->moved);
    }
    c->committing = false;
}

static bool take_item(struct crew *c, int *item)
{
    while (c->next < c->job->n && c->next < c->failed_item && c->next >= c->committed + c->window)
        pthread_cond_wait(&c->moved, &c->lock);
    if (c->next >= c->job->n || c->next >= c->failed_item) return false;
    *item = c->next++;
    return true;
}

static void *labour(void *arg)
{
    const struct hand *const hand = arg;
    struct crew *const c = hand->crew;
    int item;
    pthread_mutex_lock(&c->lock);
    while (take_item(c, &item)) {
        struct stm_error err = {0};
        pthread_mutex_unlock(&c->lock);
        const bool good = c->job->work(c->job->context, hand->index, item, &err);
        pthread_mutex_lock(&c->lock);
        c->state[item % c->window] = good ? DONE : FAILED;
        if (!good) record_failure(c, item, &err);
        commit_ready(c);
        pthread_cond_broadcast(&c->moved);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static int start(struct hand *hands, pthread_t *threads, struct crew *c, int wanted)
{
    int started = 0;
    for (int i = 1; i < wanted; i++) {
        hands[i] = (struct hand){c, i};
        if (pthread_create(&threads[i], NULL, labour, &hands[i]) != 0) break; /* fewer hands, same result */
        started = i;
    }
    return started;
}

bool stm_workers_run(const struct stm_job *job, struct stm_error *err)
{
    const int wanted = job->threads < 1        ? 1
                       : job->threads > job->n ? (job->n > 0 ? job->n : 1)
                                               : job->threads;
    const int window = job->window < wanted ? wanted : job->window;
    struct crew c = {.job = job, .window = window, .failed_item = INT_MAX, .err = err};
    struct hand *const hands = calloc((size_t)wanted, sizeof *hands);
    pthread_t *const threads = calloc((size_t)wanted, sizeof *threads);
    c.state = calloc((size_t)window, 1);
    if (!hands || !threads || !c.state) {
        free(hands), free(threads), free(c.state);
        return stm_fail(err, STM_NO_MEMORY, "no memory for %d workers", wanted);
    }
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.moved, NULL);
    hands[0] = (struct hand){&c, 0};
    const int started = start(hands, threads, &c, wanted);
    labour(&hands[0]);
    for (int i = 1; i <= started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&c.moved);
    pthread_mutex_destroy(&c.lock);
    free(hands), free(threads), free(c.state);
    return c.failed_item == INT_MAX;
}

double stm_workers_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int stm_workers_available(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    return 1;
}
