/*
 * Plugins for Vedette: actions of your own as a shared library.
 *
 * A plugin is a `.so` file with the four functions that are declared at the end, exported with C linkage. Vedette
 * loads it in a process of its own, calls `vedette_plugin_validate` when it starts, and `vedette_plugin_execute`
 * once for each attempt of an action, always in a new process: what a plugin keeps in memory is gone afterwards,
 * and a plugin that crashes, hangs, or prints without end spoils one attempt and nothing else.
 *
 *     cc -shared -fPIC -I include -o hello.so hello.c
 *
 *     actions:
 *       - name: hello
 *         plugin:
 *           path: plugins/hello.so
 *           settings: {greeting: Hello}
 *
 * Settings and events are JSON in UTF-8, ending with a zero byte. They are the caller's and valid until the
 * function returns. What an event looks like: docs/actions.md.
 *
 * What a plugin prints (standard output and standard error) is kept with the attempt, its last 4 KiB. When the
 * attempt is over, because the function has returned or because its time has, all processes that the plugin has
 * started and left in its process group are killed. The process ends without running destructors: finish what has
 * to be finished before you return.
 */
#ifndef VEDETTE_PLUGIN_H
#define VEDETTE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* The version of this interface. It changes when a function here changes; a plugin of another version is refused. */
#define VEDETTE_PLUGIN_ABI 1

/* What the functions return. */
#define VEDETTE_PLUGIN_OK 0
#define VEDETTE_PLUGIN_FAILED 1

#define VEDETTE_PLUGIN_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* VEDETTE_PLUGIN_ABI, as it was when the plugin was built. */
VEDETTE_PLUGIN_EXPORT uint32_t vedette_plugin_abi(void);

/* The plugin's name, for messages: a text that stays where it is. */
VEDETTE_PLUGIN_EXPORT const char *vedette_plugin_name(void);

/*
 * Looks whether these settings can be used, and does nothing else. VEDETTE_PLUGIN_OK, or anything else and the
 * reason in `error`: one line, ending with a zero byte within `error_size` bytes. Vedette does not start with
 * settings that are refused.
 */
VEDETTE_PLUGIN_EXPORT int vedette_plugin_validate(const char *settings, char *error, size_t error_size);

/*
 * Does what the plugin is for. VEDETTE_PLUGIN_OK, or anything else, which is kept as the attempt's code, and the
 * reason in `error`: then it is tried again, as the action's settings have it. What is written into `output` is
 * kept with the attempt. Both begin empty, and end with a zero byte within their size.
 *
 * The same event may come twice, when Vedette ended before it could note that this had succeeded: its `vedette.key`
 * is the same then.
 */
VEDETTE_PLUGIN_EXPORT int vedette_plugin_execute(const char *event, const char *settings, char *output,
                                                 size_t output_size, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif

#endif
