#include "platform.h"

#include <errno.h>
#include <sys/timex.h>

// Here rather than in Swift: <sys/timex.h> is in no module of the C library.
int platform_read_clock_discipline(struct platform_clock_discipline *into) {
    struct timex answer = {0};
    int state = adjtimex(&answer);
    if (state < 0) return errno;
    // adjtimex(2): the offset is in nanoseconds when the status says so, else in microseconds like everything with a
    // time; frequencies are parts per million with 16 binary places.
    into->offset = (double)answer.offset / (answer.status & STA_NANO ? 1e9 : 1e6);
    into->frequency_ratio = 1 + (double)answer.freq / (1e6 * 65536);
    into->maximum_error = (double)answer.maxerror / 1e6;
    into->estimated_error = (double)answer.esterror / 1e6;
    into->tick = (double)answer.tick / 1e6;
    into->time_constant = (double)answer.constant;
    into->tai_offset = answer.tai;
    into->status = answer.status;
    into->is_synchronised = state != TIME_ERROR;
    return 0;
}

#include <sys/vfs.h>

long platform_file_system_type(const char *path) {
    struct statfs info;
    return statfs(path, &info) == 0 ? (long)info.f_type : -1;
}

#include <malloc.h>

void platform_tune_malloc(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int signal_pipe = -1;

// Runs in a signal handler: nothing but write(2).
static void note_signal(int signal) {
    int before = errno;
    unsigned char byte = (unsigned char)signal;
    ssize_t written = write(signal_pipe, &byte, 1);
    (void)written;
    errno = before;
}

int platform_catch_signals(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    // A full pipe means that enough has been said.
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    signal_pipe = ends[1];
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    return ends[0];
}

#include <link.h>
#include <sys/mman.h>

void platform_trim_memory(void) { malloc_trim(0); }

// Code and constants are mapped without ever being written to, so that a page forgotten is the same when it is read again.
static int forget_code(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    (void)context;
    long page = sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(uintptr_t)(page - 1);
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(uintptr_t)(page - 1);
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void platform_forget_startup_code(void) { dl_iterate_phdr(forget_code, NULL); }

#include "platform_limits.h"

#include <sys/resource.h>

static rlim_t file_limit_before = 0;

unsigned long platform_file_limit_before(void) { return file_limit_before; }

void platform_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    file_limit_before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

#include <sys/resource.h>
#include <unistd.h>

void platform_be_nice(int niceness) {
    // To the kernel a thread is a process of its own here. It may refuse; then the thread is as important as the others.
    setpriority(PRIO_PROCESS, (id_t)gettid(), niceness);
}
