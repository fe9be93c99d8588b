// The marker parser on files made by hand, whole and cut off everywhere; the quality of known
// tables; the grid.
#include <cstdio>
#include <cstring>
#include <random>

#include "../../forensics/jpeg_history/grid.h"
#include "../../forensics/jpeg_history/markers.h"
#include "jpeg_bytes.h"

namespace aidet::forensics::test {
namespace {

int checks = 0;
int failures = 0;

void Check(bool ok, const char* what, int detail) {
  checks++;
  if (ok) return;
  failures++;
  std::printf("FAILED %s, %d\n", what, detail);
}

void ReadsWhatWasWritten() {
  for (const bool progressive : {false, true}) {
    const Bytes file = MakeJpeg(83, progressive, 3);
    JpegStructure s;
    Check(ReadJpegStructure(file.data(), file.size(), &s), "is a JPEG", progressive);
    Check(s.width == 400 && s.height == 300 && s.precision == 8, "size", s.width);
    Check(s.progressive == progressive && !s.arithmetic, "coding", progressive);
    Check(s.components == 3 && s.component[0].horizontal == 2 && s.component[1].vertical == 1 &&
              s.component[2].table == 1,
          "components", s.components);
    Check(s.scans == 3, "scans", static_cast<int>(s.scans));
    Check(s.restart_interval == 4, "restart interval", s.restart_interval);
    Check(s.trailing_bytes == 4, "bytes behind the end", static_cast<int>(s.trailing_bytes));
    Check(s.comment_bytes == 13 && std::memcmp(s.comment, "CREATOR: test", 13) == 0, "comment",
          s.comment_bytes);
    Check(
        s.segments == 9 && s.segment[0].app == JpegApp::kJfif && s.segment[1].app == JpegApp::kExif,
        "segments", s.segments);
    uint16_t luma[64], chroma[64];
    ScaleTable(kLumaTable, 83, luma);
    ScaleTable(kChromaTable, 83, chroma);
    Check(s.has_table[0] && std::memcmp(s.table[0], luma, sizeof luma) == 0, "luma table", 0);
    Check(s.has_table[1] && std::memcmp(s.table[1], chroma, sizeof chroma) == 0, "chroma table", 0);
  }
}

void SurvivesBeingCutOff() {
  const Bytes file = MakeJpeg(75, true, 2);
  for (size_t n = 0; n <= file.size(); n++) {
    // A copy of exactly n bytes, so that a sanitizer sees the first byte too far.
    const Bytes cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(n));
    JpegStructure s;
    const bool whole = ReadJpegStructure(cut.data(), cut.size(), &s);
    Check(whole == s.is_jpeg, "outcome is what was read", static_cast<int>(n));
  }
  JpegStructure s;
  Check(!ReadJpegStructure(nullptr, 0, &s), "nothing", 0);
  const Bytes empty_frame = {0xff, 0xd8, 0xff, 0xc0, 0, 2, 0xff, 0xd9};
  Check(!ReadJpegStructure(empty_frame.data(), empty_frame.size(), &s), "empty frame", 0);
  Bytes crowd = {0xff, 0xd8};
  for (int i = 0; i < 500; i++) AppendSegment(&crowd, 0xe5, {1});
  ReadJpegStructure(crowd.data(), crowd.size(), &s);
  Check(s.segments == 500, "more segments than are kept", s.segments);
}

void EstimatesQuality() {
  for (int quality = 1; quality <= 100; quality++) {
    uint16_t table[64];
    ScaleTable(kLumaTable, quality, table);
    const QualityEstimate exact = EstimateQuality(table, kLumaTable);
    Check(exact.distance == 0, "exact table", quality);
    uint16_t again[64];
    ScaleTable(kLumaTable, exact.quality, again);
    Check(std::memcmp(table, again, sizeof table) == 0, "same table", quality);
  }
  uint16_t odd[64];
  ScaleTable(kLumaTable, 80, odd);
  odd[5] = static_cast<uint16_t>(odd[5] + 3);
  const QualityEstimate near = EstimateQuality(odd, kLumaTable);
  Check(near.quality == 80 && near.distance > 0, "table of nobody", near.quality);
}

void FindsTheGrid() {
  for (int offset = 0; offset < 8; offset++) {
    std::mt19937 random(static_cast<uint32_t>(offset));
    uint32_t sums[400];
    for (uint32_t& s : sums) s = 10000 + random() % 2000;
    for (int x = offset; x < 400; x += 8) {
      sums[x] += 700;
      if (x > 0) sums[x - 1] += 700;
    }
    const GridEstimate grid = FindGrid(sums, 400);
    Check(grid.offset == offset && grid.significance > 6, "grid", offset);
  }
  int found = 0;
  for (uint32_t seed = 0; seed < 200; seed++) {
    std::mt19937 random(seed);
    uint32_t sums[400];
    for (uint32_t& s : sums) s = 10000 + random() % 2000;
    if (FindGrid(sums, 400).significance > 5) found++;
  }
  Check(found == 0, "grid in noise", found);
}

}  // namespace
}  // namespace aidet::forensics::test

int main() {
  using namespace aidet::forensics::test;
  ReadsWhatWasWritten();
  SurvivesBeingCutOff();
  EstimatesQuality();
  FindsTheGrid();
  std::printf("JPEG history: %d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
