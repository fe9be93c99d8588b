// A picture and a band of its rows: strips end elsewhere, and what lies away from the band's own
// ends must not change by a bit.
#pragma once

#include "runs.h"

namespace aidet::forensics::test {

// Rows [top, top + rows) of `whole`; `top` is a multiple of 16. Rows of 16 x 16 blocks beside an
// end of the band that is none of the picture's are not compared: filters look beyond it.
struct Band {
  int top;
  int rows;
  int First() const { return top == 0 ? 0 : 1; }
  int Last(int height) const { return top + rows == height ? BlocksOf(rows) : rows / kBlock - 1; }
};

template <class T>
bool SameRows(const std::vector<T>& whole, const std::vector<T>& part, size_t row_items, int top,
              int first, int last) {
  return std::equal(part.begin() + static_cast<ptrdiff_t>(row_items) * first,
                    part.begin() + static_cast<ptrdiff_t>(row_items) * last,
                    whole.begin() + static_cast<ptrdiff_t>(row_items) * (top + first));
}

struct WholeResults {
  ElaResult ela[2];
  NoiseResult noise;
  GhostResult ghosts;
};

constexpr Subsampling kSubsamplings[2] = {Subsampling::k420, Subsampling::k444};
constexpr int kBandTables = 3;

inline void CompareBand(const ForensicsBackend& backend, const RgbView& image, const GreyView& grey,
                        const WholeResults& whole, Band band) {
  const auto check = [&](bool ok, const char* what) {
    Check(ok, what, backend.target, image.width, band.rows, band.top);
  };
  const auto blocks = static_cast<size_t>(BlocksOf(image.width));
  const int first = band.First(), last = band.Last(image.height), top = band.top / kBlock;
  const RgbView part{image.data + band.top * image.stride, image.width, band.rows, image.stride};
  for (int i = 0; i < 2; i++) {
    if (whole.ela[i].sums.empty()) continue;
    const ElaResult ela = RunElaOn(backend, part, 90, kSubsamplings[i], false);
    check(SameRows(whole.ela[i].sums, ela.sums, blocks, top, first, last), "band, ela sums");
    check(SameRows(whole.ela[i].max, ela.max, static_cast<size_t>(image.width), band.top,
                   first * kBlock, std::min(last * kBlock, band.rows)),
          "band, ela");
  }
  const GreyView part_grey{grey.data + band.top * grey.stride, grey.width, band.rows, grey.stride};
  const NoiseResult noise = RunNoise(backend, part_grey, false);
  check(SameRows(whole.noise.deviation, noise.deviation, blocks, top, first, last), "band, noise");
  check(SameRows(whole.noise.mean, noise.mean, blocks, top, first, last), "band, mean");
  const GhostResult ghosts = RunGhosts(backend, part_grey, kBandTables, 1);
  const auto ghost_blocks = static_cast<size_t>(BlocksOf(image.width / 8 * 8));
  const size_t plane = ghost_blocks * BlocksOf(image.height / 8 * 8);
  const size_t part_plane = ghost_blocks * BlocksOf(band.rows / 8 * 8);
  for (int table = 0; table < kBandTables; table++) {
    const auto from = whole.ghosts.energy.begin() + static_cast<ptrdiff_t>(plane) * table;
    const auto to = ghosts.energy.begin() + static_cast<ptrdiff_t>(part_plane) * table;
    check(std::equal(to, to + static_cast<ptrdiff_t>(ghost_blocks) * (band.rows / kBlock),
                     from + static_cast<ptrdiff_t>(ghost_blocks) * top),
          "band, ghosts");
  }
}

}  // namespace aidet::forensics::test
