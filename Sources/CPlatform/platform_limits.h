#pragma once
// Between the files of this folder only.

/// How many open files this process was allowed before `platform_raise_file_limit`; 0 when that was not called.
unsigned long platform_file_limit_before(void);
