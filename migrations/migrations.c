// The numbered SQL files of this folder, built into the binary. A new file needs its two lines here; a file that has
// been released never changes (its checksum is kept in every database that has applied it).
#include "migrations.h"

static const unsigned char sql_0001[] = {
#embed "0001_initial.sql"
};

const struct vedette_migration vedette_migrations[] = {
    {1, "initial", sql_0001, sizeof sql_0001},
};

const size_t vedette_migration_count = sizeof vedette_migrations / sizeof *vedette_migrations;
