#pragma once
#include <string.h>
#include <zlib.h>

/// Makes ready a stream that writes the gzip format: deflateInit2 is a macro, which Swift cannot see.
static inline int zlib_begin_gzip(z_stream *_Nonnull stream, int level) {
    memset(stream, 0, sizeof *stream);
    return deflateInit2(stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}
