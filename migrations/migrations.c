// The numbered SQL files of this folder, built into the binary. A new file needs its two lines here; a file that has
// been released never changes (its checksum is kept in every database that has applied it).
#include "migrations.h"

static const char sql_0001[] = {
#embed "0001_initial.sql"
};

static const char sql_0002[] = {
#embed "0002_letters.sql"
};
static const char sql_0003[] = {
#embed "0003_imports.sql"
};
static const char sql_0004[] = {
#embed "0004_judging.sql"
};

static const struct vedette_migration migrations[] = {
    {1, "initial", sql_0001, sizeof sql_0001},
    {2, "letters", sql_0002, sizeof sql_0002},
    {3, "imports", sql_0003, sizeof sql_0003},
    {4, "judging", sql_0004, sizeof sql_0004},
};

size_t vedette_migration_count(void) { return sizeof migrations / sizeof *migrations; }

struct vedette_migration vedette_migration_at(size_t index) { return migrations[index]; }
