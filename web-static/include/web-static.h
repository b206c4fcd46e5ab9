#pragma once
#include <stddef.h>

/// One file of the web page, built into the binary.
struct vedette_web_file {
    const char *_Nonnull path;
    const char *_Nonnull content_type;
    const unsigned char *_Nonnull bytes;
    size_t length;
};

/// The files, one after the other.
const struct vedette_web_file *_Nonnull vedette_web_file_table(void);

/// How many there are.
size_t vedette_web_file_count(void);
