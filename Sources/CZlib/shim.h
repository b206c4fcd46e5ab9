#pragma once
#include <string.h>
#include <zlib.h>

/// Makes ready a stream that writes the gzip format: deflateInit2 is a macro, which Swift cannot see.
static inline int zlib_begin_gzip(z_stream *_Nonnull stream, int level) {
    memset(stream, 0, sizeof *stream);
    return deflateInit2(stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}

/// Makes ready a stream that reads what is compressed: inflateInit2 is a macro too.
static inline int zlib_begin_inflate(z_stream *_Nonnull stream, int window_bits) {
    memset(stream, 0, sizeof *stream);
    return inflateInit2(stream, window_bits);
}
