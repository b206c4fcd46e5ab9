#pragma once
// libmicrohttpd's variadic functions with fixed parameters, which is all that Swift can call.
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>

/// What a content reader returns at the end, and when the end will never come.
static const ssize_t mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t mhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;

/// Where messages of the library go. It must live as long as the daemon.
struct mhd_log {
    void (*_Nonnull write)(void *_Nullable context, const char *_Nonnull message);
    void *_Nullable context;
};

/// All that a daemon is started with. Every callback gets `context`.
struct mhd_configuration {
    unsigned flags;
    int listen_socket;
    unsigned connections;
    unsigned idle_seconds;
    unsigned threads;
    size_t connection_memory;
    size_t thread_stack;
    const char *_Nullable key;
    const char *_Nullable certificate;
    const char *_Nullable priorities;
    struct mhd_log *_Nonnull log;
    void *_Nullable context;
    MHD_AcceptPolicyCallback _Nonnull accept;
    MHD_AccessHandlerCallback _Nonnull handle;
    void *_Nullable (*_Nonnull begin)(void *_Nullable, const char *_Nullable, struct MHD_Connection *_Nullable);
    MHD_RequestCompletedCallback _Nonnull complete;
    MHD_NotifyConnectionCallback _Nonnull notify;
};

static inline void mhd_write_log(void *_Nullable argument, const char *_Nonnull format, va_list arguments) {
    struct mhd_log *log = (struct mhd_log *)argument;
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    log->write(log->context, message);
}

/// Starts a daemon; NULL when the library refuses, which it has then explained to the log.
static inline struct MHD_Daemon *_Nullable mhd_start(const struct mhd_configuration *_Nonnull c) {
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)c->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)c->certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)c->priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    // A pool of one thread is no pool, and the library refuses it.
    struct MHD_OptionItem pool[] = {
        {c->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)c->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        c->flags, 0, c->accept, c->context, c->handle, c->context,
        MHD_OPTION_EXTERNAL_LOGGER, mhd_write_log, c->log,
        // What is not HTTP to the letter is refused: two readings of one request are what smuggling lives on.
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_LISTEN_SOCKET, c->listen_socket,
        MHD_OPTION_CONNECTION_LIMIT, c->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, c->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, c->connection_memory,
        MHD_OPTION_THREAD_STACK_SIZE, c->thread_stack,
        MHD_OPTION_URI_LOG_CALLBACK, c->begin, c->context,
        MHD_OPTION_NOTIFY_COMPLETED, c->complete, c->context,
        MHD_OPTION_NOTIFY_CONNECTION, c->notify, c->context,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_ARRAY, c->flags & MHD_USE_TLS ? tls : none,
        MHD_OPTION_END);
}

/// The socket of a connection, or -1.
static inline int mhd_socket(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// The address of a connection's client, or NULL.
static inline const struct sockaddr *_Nullable mhd_client_address(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

/// What the `notify` callback has stored with a connection, or NULL.
static inline void *_Nullable mhd_connection_context(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}
