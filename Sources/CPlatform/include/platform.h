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
