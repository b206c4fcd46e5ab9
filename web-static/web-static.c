// The files of this folder, built into the binary: a new file needs its two entries here.
#include "web-static.h"

// #embed is new in C23; the compiler knows it in every mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "index.html"
};

static const unsigned char vedette_css[] = {
#embed "vedette.css"
};

static const unsigned char vedette_js[] = {
#embed "vedette.js"
};

static const struct vedette_web_file files[] = {
    {"/", "text/html; charset=utf-8", index_html, sizeof index_html},
    {"/vedette.css", "text/css; charset=utf-8", vedette_css, sizeof vedette_css},
    {"/vedette.js", "text/javascript; charset=utf-8", vedette_js, sizeof vedette_js},
};

const struct vedette_web_file *vedette_web_file_table(void) { return files; }

size_t vedette_web_file_count(void) { return sizeof files / sizeof *files; }
