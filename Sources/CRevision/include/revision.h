#pragma once

/// The commit that this was built from, or `unknown`. `make build` says it (VEDETTE_REVISION, see Package.swift).
const char *_Nonnull vedette_revision(void);
