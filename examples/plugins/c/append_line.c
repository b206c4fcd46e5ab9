/*
 * A plugin in C: adds a line to a file for each action. Settings: {"file": "/path/of/the/file"}.
 *
 * It finds the members it needs in the JSON by their names; a plugin that wants more of an event takes a JSON library along.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vedette_plugin.h"

/*
 * Copies the string that is the value of the first member of this name, its escapes as they are. 0 when there is none, or
 * it does not fit.
 */
static int string_member(const char *json, const char *name, char *into, size_t size) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(json, key);
    if (!start) return 0;
    start += strlen(key);
    const char *end = start;
    while (*end && *end != '"') end += end[0] == '\\' && end[1] ? 2 : 1;
    size_t length = (size_t)(end - start);
    if (*end != '"' || length >= size) return 0;
    memcpy(into, start, length);
    into[length] = 0;
    return 1;
}

uint32_t vedette_plugin_abi(void) { return VEDETTE_PLUGIN_ABI; }

const char *vedette_plugin_name(void) { return "append_line"; }

int vedette_plugin_validate(const char *settings, char *error, size_t error_size) {
    char file[4096];
    if (string_member(settings, "file", file, sizeof file) && file[0] == '/') return VEDETTE_PLUGIN_OK;
    snprintf(error, error_size, "`file` must be the whole path of a file");
    return VEDETTE_PLUGIN_FAILED;
}

int vedette_plugin_execute(const char *event, const char *settings, char *output, size_t output_size, char *error,
                           size_t error_size) {
    char file[4096], rule[1024] = "", state[64] = "", key[256] = "";
    if (!string_member(settings, "file", file, sizeof file)) {
        snprintf(error, error_size, "`file` is missing");
        return VEDETTE_PLUGIN_FAILED;
    }
    /* What is Vedette's own comes last in an event. */
    const char *own = strstr(event, "\"vedette\":{");
    if (own) {
        string_member(own, "rule", rule, sizeof rule);
        string_member(own, "state", state, sizeof state);
        string_member(own, "key", key, sizeof key);
    }

    char line[2048];
    int length = snprintf(line, sizeof line, "%s %s %s\n", key, rule, state);
    int descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    /* One write, so that lines of two attempts never mix. */
    if (descriptor < 0 || write(descriptor, line, (size_t)length) != length) {
        snprintf(error, error_size, "cannot write %s: %s", file, strerror(errno));
        if (descriptor >= 0) close(descriptor);
        return VEDETTE_PLUGIN_FAILED;
    }
    close(descriptor);
    snprintf(output, output_size, "wrote %d bytes to %s", length, file);
    return VEDETTE_PLUGIN_OK;
}
