#pragma once
#include <stddef.h>

/// One numbered SQL file, built into the binary.
struct vedette_migration {
    int version;
    const char *name;
    const unsigned char *sql;
    size_t length;
};

/// All migrations in ascending order of their version.
extern const struct vedette_migration vedette_migrations[];
extern const size_t vedette_migration_count;
