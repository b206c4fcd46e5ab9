#pragma once
// The entry of libFuzzer for programs that have a main function of their own.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
                        int (*_Nonnull user)(const uint8_t *_Nullable data, size_t size));
