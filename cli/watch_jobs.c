/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* pipe2, prctl */
#include "cli/watch_jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(char *const *argv, int out)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a watch that is killed leaves nobody working behind it */
    dup2(out, STDOUT_FILENO);
    execv("/proc/self/exe", argv);
    _exit(127);
}

bool stm_watch_start(struct stm_watch_job *job, char *const *argv, struct stm_lines *paths, double now,
                     double limit, struct stm_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return stm_fail(err, STM_IO, "no pipe: %s", strerror(errno));
    const pid_t pid = fork();
    if (pid == 0) become(argv, ends[1]);
    const int reason = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return stm_fail(err, STM_IO, "no process for a capture: %s", strerror(reason));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *job = (struct stm_watch_job){.pid = pid, .out = ends[0], .paths = *paths, .began = now, .limit = limit};
    *paths = (struct stm_lines){0};
    return true;
}

void stm_watch_listen(struct stm_watch_job *job, double now)
{
    char bytes[16384];
    while (job->out >= 0) {
        const ssize_t n = read(job->out, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break; /* nothing more for now */
        if (n == 0) {
            close(job->out);
            job->out = -1;
        } else if (job->answer.length < STM_WATCH_ANSWER)
            stm_string_add_n(&job->answer, bytes, (size_t)n);
    }
    if (job->limit > 0 && now - job->began > job->limit && !job->killed) {
        job->killed = true;
        kill(job->pid, SIGKILL);
    }
}

bool stm_watch_ended(struct stm_watch_job *job, int *status)
{
    const pid_t done = waitpid(job->pid, status, WNOHANG);
    if (done == 0 || (done < 0 && errno == EINTR)) return false;
    if (done < 0) *status = 127 << 8;
    return true;
}

void stm_watch_job_free(struct stm_watch_job *job)
{
    if (job->out >= 0 && job->pid) close(job->out);
    stm_string_free(&job->answer);
    stm_lines_free(&job->paths);
    *job = (struct stm_watch_job){.out = -1};
}
