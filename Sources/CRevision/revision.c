#include "revision.h"

const char *vedette_revision(void) { return VEDETTE_REVISION; }
