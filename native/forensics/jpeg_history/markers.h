// What a JPEG file says of its own making, read from its markers alone: tables, sampling, order of
// segments. Nothing is decoded. Bounded in time by the file's length and in memory by this struct,
// whatever the bytes are. Source: ITU-T T.81 annex B; names of application segments: JFIF 1.02,
// Exif 2.32, XMP part 3, ICC.1 annex B, Adobe TN 5116, CIPA DC-007 (MPF), ISO/IEC 19566-5 (JUMBF).
#pragma once

#include <cstddef>
#include <cstdint>

namespace aidet::forensics {

constexpr int kJpegSegmentsMax = 64;
constexpr int kJpegTablesMax = 4;
constexpr int kJpegComponentsMax = 4;
constexpr int kJpegCommentBytesMax = 128;

enum class JpegApp : uint8_t {
  kNone,
  kJfif,
  kJfxx,
  kExif,
  kXmp,
  kIcc,
  kAdobe,
  kPhotoshop,
  kDucky,
  kMpf,
  kJumbf,
  kUnknown
};

struct JpegSegment {
  uint8_t marker;  // 0xC0..0xFE
  JpegApp app;
  uint32_t offset;  // of the marker's 0xFF
  uint32_t bytes;   // payload, without marker and length
};

struct JpegComponent {
  uint8_t id;
  uint8_t horizontal;
  uint8_t vertical;
  uint8_t table;
};

struct JpegStructure {
  bool is_jpeg;  // begins with SOI and has a frame header
  bool progressive;
  bool arithmetic;
  bool optimised_huffman;  // some Huffman table is not one of T.81 annex K's
  uint8_t precision;
  uint16_t width;
  uint16_t height;
  uint16_t restart_interval;
  uint32_t scans;
  uint32_t trailing_bytes;  // behind the first EOI
  int components;
  JpegComponent component[kJpegComponentsMax];
  bool has_table[kJpegTablesMax];
  uint16_t table[kJpegTablesMax][64];  // natural (row-major) order
  int segments;                        // counted to the end, kept up to the limit
  JpegSegment segment[kJpegSegmentsMax];
  int comment_bytes;
  uint8_t comment[kJpegCommentBytesMax];
};

// False where the bytes are not a JPEG; what was read until then stays in `out`.
bool ReadJpegStructure(const uint8_t* data, size_t bytes, JpegStructure* out);

// libjpeg's quality 1..100 whose scaled annex K table is nearest, and the mean absolute difference
// of the entries: 0 where the table is exactly one of libjpeg's.
struct QualityEstimate {
  int quality;
  double distance;
};
QualityEstimate EstimateQuality(const uint16_t* table, const uint8_t* base);

}  // namespace aidet::forensics
