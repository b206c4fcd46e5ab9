#pragma once
// What Swift cannot call by itself: variadic functions, macros, and GNU extensions of the C library.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// First place of `needle` in `haystack`, or NULL (glibc's vectorised search).
static inline const void *_Nullable platform_memmem(const void *_Nonnull haystack, size_t haystack_length,
                                                    const void *_Nonnull needle, size_t needle_length) {
    extern void *memmem(const void *, size_t, const void *, size_t);
    return memmem(haystack, haystack_length, needle, needle_length);
}

/// Names the calling thread, for `top -H` and debuggers; 15 characters at the most.
static inline void platform_name_thread(const char *_Nonnull name) {
    extern int pthread_setname_np(pthread_t, const char *);
    pthread_setname_np(pthread_self(), name);
}

/// Makes the calling thread, and no other, as nice as this (setpriority(2) on its thread id); there is no way back without
/// privileges.
void platform_be_nice(int niceness);

/// How the kernel's clock is kept: `struct timex` of adjtimex(2), in seconds where it has units.
struct platform_clock_discipline {
    double offset, frequency_ratio, maximum_error, estimated_error, tick, time_constant, tai_offset, status;
    /// Whether the clock is kept to a reliable one.
    int is_synchronised;
};

/// Asks how the clock is kept, changing nothing; 0, or the code of the error.
int platform_read_clock_discipline(struct platform_clock_discipline *_Nonnull into);

/// The magic number of the file system on which `path` lies (statfs(2)), or -1.
long platform_file_system_type(const char *_Nonnull path);

/// Sets the C library's allocator up for an appliance: few arenas, and buffers of scraped bodies that are kept rather than
/// mapped and unmapped for every scrape.
void platform_tune_malloc(void);

/// From now on SIGTERM, SIGINT and SIGHUP are written, a byte each, to a pipe whose reading end is returned; -1 when there
/// is none to be had. To be called once.
int platform_catch_signals(void);

/// Allows as many open files as the system lets this process have: every target keeps a connection.
void platform_raise_file_limit(void);

/// Gives memory that the allocator holds and nobody uses back to the system.
void platform_trim_memory(void);

/// Forgets the pages of code and of constants that only starting has needed: of all libraries, most of it. What is needed again
/// comes back from the system's cache.
void platform_forget_startup_code(void);
