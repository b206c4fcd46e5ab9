#define _GNU_SOURCE
#include "platform_process.h"

#include "platform_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Written by the child, which shares our memory until it executes the program.
struct start_failure {
    volatile enum platform_process_step step;
    volatile int error;
};

static _Noreturn void give_up(struct start_failure *failure, enum platform_process_step step) {
    failure->step = step;
    failure->error = errno;
    _exit(127);
}

// Runs between vfork and exec, in our memory: system calls only, and nothing is changed but `failure`.
static _Noreturn void become(const struct platform_process_order *order, pid_t parent, struct start_failure *failure) {
    // No terminal: a program that would ask somebody for a password fails instead of waiting. And a group of its own.
    setsid();

    // Out of the way first: where ours were closed, one of these three may be another's place.
    int wanted[3] = {order->input, order->output, order->errors};
    for (int at = 0; at < 3; at++) {
        wanted[at] = fcntl(wanted[at], F_DUPFD_CLOEXEC, 3);
        if (wanted[at] < 0) give_up(failure, platform_process_preparing);
    }
    for (int at = 0; at < 3; at++) {
        if (dup2(wanted[at], at) < 0) give_up(failure, platform_process_preparing);
    }
    // All of ours are to be closed anyway; this also reaches those that a library opened carelessly.
    close_range(3, UINT_MAX, 0);

    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && platform_file_limit_before() != 0) {
        limit.rlim_cur = platform_file_limit_before();
        setrlimit(RLIMIT_NOFILE, &limit);
    }

    prctl(PR_SET_PDEATHSIG, order->last_signal);
    // Too late, if we have ended in between.
    if (getppid() != parent) _exit(127);

    // Handlers would be reset by exec, what is ignored would not.
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    if (order->directory && chdir(order->directory) != 0) give_up(failure, platform_process_entering_directory);
    execve(order->program, order->arguments, order->environment);
    give_up(failure, platform_process_executing);
}

struct platform_process platform_process_start(const struct platform_process_order *order) {
    struct start_failure failure = {platform_process_forking, 0};
    pid_t parent = getpid();

    // Who was started with SIGCHLD ignored would never hear how a child ended.
    struct sigaction children;
    if (sigaction(SIGCHLD, NULL, &children) == 0 && children.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);

    // vfork: copying the tables of a large program's memory takes longer than all the rest. While the child uses our memory none
    // of our handlers may run in it.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) become(order, parent, &failure);
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    struct platform_process started = {.pid = pid, .pidfd = -1, .step = failure.step, .error = failure.error};
    if (pid < 0) {
        started.error = fork_error;
        return started;
    }
    int code, signal;
    if (started.error != 0) {
        platform_process_reap(pid, &code, &signal);
        return started;
    }
    // Ours and not yet reaped: the number cannot mean another process.
    started.pidfd = pidfd_open(pid, 0);
    if (started.pidfd < 0) {
        started.step = platform_process_watching;
        started.error = errno;
        kill(-pid, SIGKILL);
        platform_process_reap(pid, &code, &signal);
    }
    return started;
}

int platform_process_reap(int pid, int *code, int *signal) {
    int status;
    pid_t reaped;
    do reaped = waitpid(pid, &status, 0);
    while (reaped < 0 && errno == EINTR);
    *code = reaped == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    *signal = reaped == pid && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return reaped == pid;
}

const char *platform_signal_name(int signal) { return sigabbrev_np(signal); }

const char *platform_signal_meaning(int signal) { return sigdescr_np(signal); }

int platform_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int platform_memory_file(const void *bytes, size_t count) {
    int file = memfd_create("vedette-input", MFD_CLOEXEC);
    if (file < 0) return -1;
    const char *rest = bytes;
    while (count > 0) {
        ssize_t written = write(file, rest, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            int error = written < 0 ? errno : ENOSPC;
            close(file);
            errno = error;
            return -1;
        }
        rest += written;
        count -= (size_t)written;
    }
    if (lseek(file, 0, SEEK_SET) != 0) {
        int error = errno;
        close(file);
        errno = error;
        return -1;
    }
    return file;
}
