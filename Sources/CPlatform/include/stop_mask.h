#pragma once
// Swift has no way from a comparison of vectors to a mask of bits.
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// One bit for each of 64 bytes, the first byte's lowest: set where the byte is a double quote, a backslash, a control
/// character (below 0x20) or not ASCII (above 0x7f).
static inline uint64_t platform_stop_mask(const void *_Nonnull bytes) {
    uint64_t mask = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
    for (int part = 0; part < 4; part++) {
        __m128i text = _mm_loadu_si128((const __m128i *)bytes + part);
        // The comparison is signed: what is above 0x7f is below 0.
        __m128i stops = _mm_or_si128(_mm_cmplt_epi8(text, space),
                                     _mm_or_si128(_mm_cmpeq_epi8(text, quote), _mm_cmpeq_epi8(text, backslash)));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(stops) << (16 * part);
    }
#else
    const uint8_t *text = (const uint8_t *)bytes;
    for (int at = 0; at < 64; at++) {
        uint8_t byte = text[at];
        mask |= (uint64_t)(byte == '"' || byte == '\\' || byte < ' ' || byte > 0x7f) << at;
    }
#endif
    return mask;
}
