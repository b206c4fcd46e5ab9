// The thinnest C face of RE2 that Swift can call: compile, match the whole, search, captures.
#include "cre2.h"

#include <dlfcn.h>
#include <re2/re2.h>

#include <cstring>
#include <string>
#include <vector>

struct cre2_regex {
    re2::RE2 re;
    cre2_regex(const re2::StringPiece &pattern, const re2::RE2::Options &options) : re(pattern, options) {}
};

static re2::RE2::Options options(bool dot_newline) {
    re2::RE2::Options o;
    o.set_log_errors(false);
    o.set_dot_nl(dot_newline);
    o.set_max_mem(8 << 20);
    return o;
}

cre2_regex *cre2_compile(const char *pattern, size_t length, bool dot_newline) {
    return new cre2_regex(re2::StringPiece(pattern ? pattern : "", length), options(dot_newline));
}

void cre2_free(cre2_regex *regex) { delete regex; }

const char *cre2_library(void) {
    Dl_info found;
    // The loader knows it by the name that says what it is compatible with.
    if (!dladdr(reinterpret_cast<void *>(&re2::RE2::QuoteMeta), &found) || !found.dli_fname) return nullptr;
    const char *slash = std::strrchr(found.dli_fname, '/');
    return slash ? slash + 1 : found.dli_fname;
}

const char *cre2_error(const cre2_regex *regex) { return regex->re.ok() ? nullptr : regex->re.error().c_str(); }

int cre2_group_count(const cre2_regex *regex) { return regex->re.ok() ? regex->re.NumberOfCapturingGroups() : 0; }

int cre2_group_index(const cre2_regex *regex, const char *name, size_t length) {
    if (!regex->re.ok()) return -1;
    const auto &names = regex->re.NamedCapturingGroups();
    auto found = names.find(std::string(name, length));
    return found == names.end() ? -1 : found->second;
}

static bool match(const cre2_regex *regex, re2::StringPiece input, size_t from, re2::RE2::Anchor anchor, long *groups,
                  int count) {
    if (!regex->re.ok()) return false;
    if (count <= 0) return regex->re.Match(input, from, input.size(), anchor, nullptr, 0);
    std::vector<re2::StringPiece> found(count);
    if (!regex->re.Match(input, from, input.size(), anchor, found.data(), count)) return false;
    for (int i = 0; i < count; i++) {
        bool took_part = found[i].data() != nullptr;
        groups[2 * i] = took_part ? found[i].data() - input.data() : -1;
        groups[2 * i + 1] = took_part ? groups[2 * i] + static_cast<long>(found[i].size()) : -1;
    }
    return true;
}

bool cre2_full_match(const cre2_regex *regex, const char *text, size_t length, long *groups, int count) {
    return match(regex, re2::StringPiece(text ? text : "", length), 0, re2::RE2::ANCHOR_BOTH, groups, count);
}

bool cre2_search(const cre2_regex *regex, const char *text, size_t length, size_t from, long *groups, int count) {
    return match(regex, re2::StringPiece(text ? text : "", length), from, re2::RE2::UNANCHORED, groups, count);
}
