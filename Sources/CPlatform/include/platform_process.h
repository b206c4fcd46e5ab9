#pragma once
// Starting other programs and learning how they end.
#include <stddef.h>

/// What a program is started with.
struct platform_process_order {
    /// The file of the program; nothing is searched for.
    const char *_Nonnull program;
    /// Its arguments, its own name first, and its environment: both end with NULL.
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    /// The folder that it begins in, or NULL for ours.
    const char *_Nullable directory;
    /// What it has as standard input, output and error.
    int input, output, errors;
    /// The signal that it gets when the calling thread ends.
    int last_signal;
};

/// How far a start has come.
enum platform_process_step {
    platform_process_forking,
    platform_process_preparing,
    platform_process_entering_directory,
    platform_process_executing,
    platform_process_watching,
};

/// A program that was started, or why it was not.
struct platform_process {
    int pid;
    /// Becomes readable when the program has ended.
    int pidfd;
    /// Where it failed, and the code of the error; 0 when it did not.
    enum platform_process_step step;
    int error;
};

/// Starts a program in a session, and so a process group, of its own. It has no file of ours but the three that it is given,
/// no signal ignored or blocked, and the limit of open files that we had. When the calling thread ends it gets a signal,
/// so that nothing runs on for which nobody is left to enforce its time-out: the thread has to stay until it has ended.
struct platform_process platform_process_start(const struct platform_process_order *_Nonnull order);

/// Waits for the end of a program, and forgets it: 0 and its exit code, or the number of the signal that ended it and 0. False
/// when that cannot be learned.
int platform_process_reap(int pid, int *_Nonnull code, int *_Nonnull signal);

/// The name of a signal without its SIG, or NULL when it has none; what it means, or NULL.
const char *_Nullable platform_signal_name(int signal);
const char *_Nullable platform_signal_meaning(int signal);

/// A pipe whose reading end never waits, both ends closed in every program that is started; -1 with errno when there is none.
int platform_pipe(int *_Nonnull reading, int *_Nonnull writing);

/// A file in memory that holds these bytes and is read from its beginning; -1 with errno when there is none to be had.
int platform_memory_file(const void *_Nullable bytes, size_t count);
