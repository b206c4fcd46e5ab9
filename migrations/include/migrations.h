#pragma once
#include <stddef.h>

/// One numbered SQL file, built into the binary.
struct vedette_migration {
    long long version;
    const char *_Nonnull name;
    const char *_Nonnull sql;
    size_t length;
};

/// The number of migrations.
size_t vedette_migration_count(void);

/// A migration by its place, in ascending order of versions; `index` is below the count.
struct vedette_migration vedette_migration_at(size_t index);
