// What earlier JPEG compression left in the pixels: the error of requantising the luma DCT at other
// qualities
// ("ghosts", H. Farid, IEEE TIFS 4, 2009, here in the DCT domain by Parseval) and histograms of
// coefficients (A. Popescu and H. Farid, IH 2004).
#pragma once

#include <cstddef>
#include <cstdint>

#include "../planes.h"

namespace aidet::forensics {

constexpr int kGhostQualitiesMax = 64;
// The low-frequency modes whose histograms are kept, as places in zigzag order 1..9.
constexpr int kHistogramModes = 9;
// Coefficients -1024..1023, rounded to whole units.
constexpr int kHistogramBins = 2048;

struct GhostParams {
  // Looked at is the block grid through (0, 0); pixels beyond the last whole 8 x 8 block are left
  // out.
  GreyView image;
  // Quantisation tables of the qualities asked for, natural (row-major) order, 1..255 each.
  const uint16_t (*tables)[64];
  int table_count;
  // Every n-th row of 8 x 8 blocks is looked at; 1: all, which `energy` needs.
  int row_step;
};

struct GhostOutput {
  // table_count planes of BlocksOf(width / 8 * 8) x BlocksOf(height / 8 * 8): mean squared luma
  // error of requantisation in a 16 x 16 block, grey levels squared; null: not wanted.
  float* energy;
  // table_count values: the same over all blocks looked at.
  double* curve;
  // kHistogramModes x kHistogramBins counts; null: not wanted.
  uint32_t* histograms;
  int64_t blocks;
};

// Places of the histogram modes in a row-major 8 x 8 block.
extern const int kHistogramPlaces[kHistogramModes];

size_t GhostWorkspaceBytes(int width, int table_count);

void GhostsReference(const GhostParams& params, void* workspace, GhostOutput* out);

}  // namespace aidet::forensics
