// The files of this folder, built into the binary: a new file needs its two lines here.
#include "web-static.h"

static const unsigned char index_html[] = {
#embed "index.html"
};

const struct vedette_web_file vedette_web_files[] = {
    {"/", "text/html; charset=utf-8", index_html, sizeof index_html},
};

const size_t vedette_web_file_count = sizeof vedette_web_files / sizeof *vedette_web_files;
