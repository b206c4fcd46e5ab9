#pragma once
// Waiting for sockets. The headers of epoll and eventfd stay in sockets.c: included here, they would define types of the C
// library a second time, in another way than Swift's own view of it.
#include <stdint.h>

/// A new epoll, or -1 with errno.
int platform_epoll_create(void);

/// Reports `token` whenever `descriptor` can be read. 0, or -1 with errno.
int platform_epoll_watch_readable(int epoll, int descriptor, uint64_t token);

/// Reports `token` once, when the other side of `socket` has closed it or has said that it will send no more. 0, or -1.
int platform_epoll_watch_hangup(int epoll, int socket, uint64_t token);

/// Ends the reports of a descriptor. 0, or -1 with errno.
int platform_epoll_forget(int epoll, int descriptor);

/// Waits for reports, at most so many milliseconds (-1 for ever). How many tokens were stored, or -1 with errno.
int platform_epoll_wait(int epoll, uint64_t *_Nonnull tokens, int capacity, int milliseconds);

/// A new eventfd, non-blocking, or -1 with errno.
int platform_eventfd(void);

/// Makes an eventfd readable.
void platform_eventfd_ring(int descriptor);

/// Makes it unreadable again.
void platform_eventfd_hush(int descriptor);

/// Names the calling thread, for those who look at it with `top -H`; 15 bytes at the most.
void platform_name_thread(const char *_Nonnull name);
