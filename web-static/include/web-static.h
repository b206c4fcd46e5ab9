#pragma once
#include <stddef.h>

/// One file of the web page, built into the binary.
struct vedette_web_file {
    const char *path;
    const char *content_type;
    const unsigned char *bytes;
    size_t length;
};

extern const struct vedette_web_file vedette_web_files[];
extern const size_t vedette_web_file_count;
