// Small JPEG files made by hand: a header that is right, and no picture worth decoding.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "../../forensics/jpeg_tables.h"

namespace aidet::forensics::test {

using Bytes = std::vector<uint8_t>;

inline void Append(Bytes* to, std::initializer_list<int> bytes) {
  for (const int b : bytes) to->push_back(static_cast<uint8_t>(b));
}
inline void AppendSegment(Bytes* to, int marker, const Bytes& payload) {
  const auto length = payload.size() + 2;
  Append(to, {0xff, marker, static_cast<int>(length >> 8), static_cast<int>(length & 255)});
  to->insert(to->end(), payload.begin(), payload.end());
}
inline Bytes Text(const std::string& text) { return Bytes(text.begin(), text.end()); }

inline Bytes TablePayload(int index, const uint8_t* base, int quality, bool wide) {
  uint16_t table[64];
  ScaleTable(base, quality, table);
  Bytes p;
  Append(&p, {(wide ? 0x10 : 0) | index});
  for (int i = 0; i < 64; i++) {
    if (wide) p.push_back(static_cast<uint8_t>(table[kZigzag[i]] >> 8));
    p.push_back(static_cast<uint8_t>(table[kZigzag[i]]));
  }
  return p;
}

// Two tables, 4:2:0, `scans` scans of a few bytes with a stuffed and a restart marker in each.
inline Bytes MakeJpeg(int quality, bool progressive, int scans) {
  Bytes file;
  Append(&file, {0xff, 0xd8});
  AppendSegment(&file, 0xe0, Text(std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14)));
  AppendSegment(&file, 0xe1, Text(std::string("Exif\0\0II*\0", 10)));
  AppendSegment(&file, 0xfe, Text("CREATOR: test"));
  Bytes tables = TablePayload(0, kLumaTable, quality, false);
  const Bytes chroma = TablePayload(1, kChromaTable, quality, true);
  tables.insert(tables.end(), chroma.begin(), chroma.end());
  AppendSegment(&file, 0xdb, tables);
  AppendSegment(&file, 0xdd, {0, 4});
  AppendSegment(&file, progressive ? 0xc2 : 0xc0,
                {8, 1, 0x2c, 1, 0x90, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
  for (int i = 0; i < scans; i++) {
    AppendSegment(&file, 0xda, {3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0});
    Append(&file, {1, 2, 0xff, 0, 3, 0xff, 0xd0, 4});
  }
  Append(&file, {0xff, 0xd9, 'm', 'o', 'r', 'e'});
  return file;
}

}  // namespace aidet::forensics::test
