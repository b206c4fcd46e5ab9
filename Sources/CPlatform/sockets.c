#define _GNU_SOURCE
#include "platform_sockets.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

int platform_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int watch(int epoll, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int platform_epoll_watch_readable(int epoll, int descriptor, uint64_t token) {
    return watch(epoll, descriptor, EPOLLIN, token);
}

int platform_epoll_watch_hangup(int epoll, int socket, uint64_t token) {
    return watch(epoll, socket, EPOLLRDHUP | EPOLLONESHOT, token);
}

int platform_epoll_forget(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int platform_epoll_wait(int epoll, uint64_t *tokens, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, milliseconds);
    for (int at = 0; at < count; at++) tokens[at] = events[at].data.u64;
    return count;
}

int platform_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void platform_eventfd_ring(int descriptor) { eventfd_write(descriptor, 1); }

void platform_eventfd_hush(int descriptor) {
    eventfd_t count;
    eventfd_read(descriptor, &count);
}

void platform_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
