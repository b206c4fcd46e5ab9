#pragma once
#include <libdeflate.h>

/// The version that was built against: the library has no function that tells its own.
static inline const char *_Nonnull cdeflate_version(void) { return LIBDEFLATE_VERSION_STRING; }
