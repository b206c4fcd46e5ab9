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
