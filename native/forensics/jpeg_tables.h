// The example quantisation tables of ITU-T T.81 annex K and libjpeg's quality scale over them.
#pragma once

#include <cstdint>

namespace aidet::forensics {

// Row-major.
extern const uint8_t kLumaTable[64];
extern const uint8_t kChromaTable[64];
// Row-major place of the n-th coefficient in zigzag order.
extern const uint8_t kZigzag[64];

// libjpeg's jpeg_set_quality with baseline limits: entries 1..255. `quality` is limited to 1..100.
void ScaleTable(const uint8_t* base, int quality, uint16_t* table);

}  // namespace aidet::forensics
