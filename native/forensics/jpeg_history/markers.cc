#include "markers.h"

#include <cstdlib>
#include <cstring>

#include "../jpeg_tables.h"

namespace aidet::forensics {
namespace {

// FNV-1a over counts and values of annex K's four Huffman tables, luma and chroma, DC and AC.
constexpr uint64_t kStandardHuffman[4] = {0x2a06fe474e29db95u, 0x1424519e984219dfu,
                                          0x7c7e4f8f115f0739u, 0x901af5735ecd5799u};

uint64_t Hash(const uint8_t* p, size_t n) {
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 0x100000001b3u;
  return h;
}

bool StartsWith(const uint8_t* p, size_t n, const char* text, size_t length) {
  return n >= length && std::memcmp(p, text, length) == 0;
}
template <size_t N>
bool StartsWith(const uint8_t* p, size_t n, const char (&text)[N]) {
  return StartsWith(p, n, text, N - 1);
}

JpegApp Identify(int marker, const uint8_t* p, size_t n) {
  switch (marker) {
    case 0xe0:
      if (StartsWith(p, n, "JFIF\0")) return JpegApp::kJfif;
      if (StartsWith(p, n, "JFXX\0")) return JpegApp::kJfxx;
      break;
    case 0xe1:
      if (StartsWith(p, n, "Exif\0")) return JpegApp::kExif;
      if (StartsWith(p, n, "http://ns.adobe.com/x")) return JpegApp::kXmp;
      break;
    case 0xe2:
      if (StartsWith(p, n, "ICC_PROFILE\0")) return JpegApp::kIcc;
      if (StartsWith(p, n, "MPF\0")) return JpegApp::kMpf;
      break;
    case 0xeb:
      if (StartsWith(p, n, "JP")) return JpegApp::kJumbf;
      break;
    case 0xec:
      if (StartsWith(p, n, "Ducky")) return JpegApp::kDucky;
      break;
    case 0xed:
      if (StartsWith(p, n, "Photoshop 3.0\0")) return JpegApp::kPhotoshop;
      break;
    case 0xee:
      if (StartsWith(p, n, "Adobe")) return JpegApp::kAdobe;
      break;
    default:
      break;
  }
  return marker >= 0xe0 && marker <= 0xef ? JpegApp::kUnknown : JpegApp::kNone;
}

class Reader {
 public:
  Reader(const uint8_t* data, size_t bytes, JpegStructure* out) : p_(data), n_(bytes), s_(*out) {}

  bool Read() {
    if (n_ < 4 || p_[0] != 0xff || p_[1] != 0xd8) return false;
    size_t at = 2;
    while (at + 1 < n_) {
      if (p_[at] != 0xff) {
        // Junk between segments, or a scan's data.
        const void* next = std::memchr(p_ + at, 0xff, n_ - at);
        if (next == nullptr) break;
        at = static_cast<size_t>(static_cast<const uint8_t*>(next) - p_);
        continue;
      }
      const int marker = p_[at + 1];
      if (marker == 0xff) {
        at++;
      } else if (marker == 0 || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2;
      } else if (marker == 0xd9) {
        s_.trailing_bytes = static_cast<uint32_t>(n_ - at - 2);
        break;
      } else {
        if (at + 4 > n_) break;
        const size_t length = static_cast<size_t>(p_[at + 2]) << 8 | p_[at + 3];
        if (length < 2 || at + 2 + length > n_) break;
        Segment(marker, at, p_ + at + 4, length - 2);
        at += 2 + length;
      }
    }
    return s_.is_jpeg;
  }

 private:
  void Segment(int marker, size_t offset, const uint8_t* p, size_t n) {
    if (s_.segments < kJpegSegmentsMax) {
      s_.segment[s_.segments] = {static_cast<uint8_t>(marker), Identify(marker, p, n),
                                 static_cast<uint32_t>(offset), static_cast<uint32_t>(n)};
    }
    if (s_.segments < 1 << 30) s_.segments++;
    if (marker == 0xdb) return Quantisation(p, n);
    if (marker == 0xc4) return Huffman(p, n);
    if (marker == 0xda) {
      s_.scans++;
    } else if (marker == 0xdd && n >= 2) {
      s_.restart_interval = static_cast<uint16_t>(p[0] << 8 | p[1]);
    } else if (marker == 0xfe && s_.comment_bytes == 0) {
      s_.comment_bytes = static_cast<int>(n < kJpegCommentBytesMax ? n : kJpegCommentBytesMax);
      std::memcpy(s_.comment, p, static_cast<size_t>(s_.comment_bytes));
    } else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc8 && marker != 0xcc) {
      Frame(marker, p, n);
    }
  }

  // Only the first frame counts: a later one belongs to a thumbnail or to nobody.
  void Frame(int marker, const uint8_t* p, size_t n) {
    if (s_.is_jpeg || n < 6) return;
    const int components = p[5];
    if (components < 1 || components > kJpegComponentsMax ||
        n < 6 + 3 * static_cast<size_t>(components)) {
      return;
    }
    s_.is_jpeg = true;
    s_.progressive = (marker & 3) == 2;
    s_.arithmetic = marker > 0xc8;
    s_.precision = p[0];
    s_.height = static_cast<uint16_t>(p[1] << 8 | p[2]);
    s_.width = static_cast<uint16_t>(p[3] << 8 | p[4]);
    s_.components = components;
    for (int i = 0; i < components; i++) {
      const uint8_t* c = p + 6 + 3 * i;
      s_.component[i] = {c[0], static_cast<uint8_t>(c[1] >> 4), static_cast<uint8_t>(c[1] & 15),
                         static_cast<uint8_t>(c[2] & 3)};
    }
  }

  void Quantisation(const uint8_t* p, size_t n) {
    while (n > 0) {
      const bool wide = (p[0] >> 4) != 0;
      const int index = p[0] & 15;
      const size_t size = wide ? 129 : 65;
      if (n < size || index >= kJpegTablesMax) return;
      for (int i = 0; i < 64; i++) {
        const int value = wide ? p[1 + 2 * i] << 8 | p[2 + 2 * i] : p[1 + i];
        s_.table[index][kZigzag[i]] = static_cast<uint16_t>(value);
      }
      s_.has_table[index] = true;
      p += size;
      n -= size;
    }
  }

  void Huffman(const uint8_t* p, size_t n) {
    while (n >= 17) {
      size_t values = 0;
      for (int i = 1; i <= 16; i++) values += p[i];
      if (n < 17 + values) return;
      bool standard = false;
      const uint64_t hash = Hash(p + 1, 16 + values);
      for (const uint64_t known : kStandardHuffman) standard = standard || hash == known;
      s_.optimised_huffman = s_.optimised_huffman || !standard;
      p += 17 + values;
      n -= 17 + values;
    }
  }

  const uint8_t* p_;
  size_t n_;
  JpegStructure& s_;
};

}  // namespace

bool ReadJpegStructure(const uint8_t* data, size_t bytes, JpegStructure* out) {
  std::memset(out, 0, sizeof *out);
  return Reader(data, bytes, out).Read();
}

QualityEstimate EstimateQuality(const uint16_t* table, const uint8_t* base) {
  QualityEstimate best{1, 1e9};
  for (int quality = 1; quality <= 100; quality++) {
    uint16_t scaled[64];
    ScaleTable(base, quality, scaled);
    int sum = 0;
    for (int i = 0; i < 64; i++) sum += std::abs(table[i] - scaled[i]);
    if (sum / 64.0 < best.distance) best = {quality, sum / 64.0};
  }
  return best;
}

}  // namespace aidet::forensics
