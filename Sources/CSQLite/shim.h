#pragma once
#include <sqlite3.h>

// sqlite3_test_control takes variable arguments, which Swift cannot pass.

/// Until it is called with 0, CREATE TABLE makes a table of a page that is there: in memory alone, nothing is written.
static inline void sqlite_impose_table(sqlite3 *database, int page) {
    sqlite3_test_control(SQLITE_TESTCTRL_IMPOSTER, database, "main", page > 0, page);
}

/// Takes all such tables away again.
static inline void sqlite_forget_imposed(sqlite3 *database) {
    sqlite3_test_control(SQLITE_TESTCTRL_IMPOSTER, database, "main", 0, 1);
}
