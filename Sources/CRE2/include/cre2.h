#pragma once
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled RE2 expression. Immutable after compilation: any thread may match with it.
typedef struct cre2_regex cre2_regex;

/// Compiles `pattern`; never NULL: ask `cre2_error` whether it can be used. `dot_newline` says whether a dot matches a newline.
cre2_regex *_Nonnull cre2_compile(const char *_Nullable pattern, size_t length, bool dot_newline);
void cre2_free(cre2_regex *_Nonnull regex);

/// The file of the library, such as `libre2.so.9`: it tells no version, only what it is compatible with. NULL when that cannot
/// be found out.
const char *_Nullable cre2_library(void);

/// The reason why the pattern cannot be used, or NULL.
const char *_Nullable cre2_error(const cre2_regex *_Nonnull regex);

/// Number of capturing groups.
int cre2_group_count(const cre2_regex *_Nonnull regex);

/// The index of the group called `name`, or -1.
int cre2_group_index(const cre2_regex *_Nonnull regex, const char *_Nonnull name, size_t length);

/// Whether the whole of `text` matches. `groups`, of `count` pairs (start, end), receives the captures, group 0 first;
/// -1 where a group took no part.
bool cre2_full_match(const cre2_regex *_Nonnull regex, const char *_Nullable text, size_t length,
                     long *_Nullable groups, int count);

/// Looks for the first match that begins at the byte `from` or later; `groups` as above.
bool cre2_search(const cre2_regex *_Nonnull regex, const char *_Nullable text, size_t length, size_t from,
                 long *_Nullable groups, int count);

#ifdef __cplusplus
}
#endif
