// All kernels over one image, one after the other, with the memory they need: what the addon calls.
#pragma once

#include <cstdint>
#include <vector>

#include "backend.h"
#include "jpeg_history/grid.h"
#include "jpeg_history/markers.h"

namespace aidet::forensics {

struct MeasureRequest {
  RgbView image;
  // The file's bytes; null: not a JPEG.
  const uint8_t* file;
  size_t file_bytes;
  // Where the grid of that file lies in the image, 0..7: not at 0 where EXIF orientation turned it.
  int file_grid_x;
  int file_grid_y;
  int ela_quality;
  // Qualities of the ghosts, 1..100, at most kGhostQualitiesMax: those of the map, and those of the
  // finer curve, for which at most kCurveBlocksMax blocks in evenly spread rows are looked at.
  std::vector<int> qualities;
  std::vector<int> curve_qualities;
  // Long side of the ELA map in pixels; 0: no map.
  int map_side;
  // Looked at between kernels; null: never cancelled. Not 0: give up.
  const int32_t* cancel;
};

constexpr int kCurveBlocksMax = 6144;

struct Measurements {
  const char* target;
  Subsampling subsampling;
  std::vector<uint32_t> ela_sums;  // per 16 x 16 block, all channels
  // Mean over the map's pixel of the largest channel's difference, in sixteenths of a level.
  std::vector<uint16_t> ela_map;
  int map_width;
  int map_height;
  std::vector<float> noise_deviation;  // per 16 x 16 block
  std::vector<float> grey_mean;
  double residual_sums[3];   // powers 1, 2, 4
  std::vector<float> power;  // 256 x 256; empty where a side is shorter
  std::vector<float> radial;
  int spectrum_blocks;
  std::vector<uint32_t> column_differences;
  std::vector<uint32_t> row_differences;
  std::vector<float> grid_cells;  // per whole cell of 32 x 32: FindLocalGrids
  GridEstimate grid_x;
  GridEstimate grid_y;
  // Offset at which ghosts and histograms were taken: the file's own grid, else the one found in
  // the pixels.
  int ghost_x;
  int ghost_y;
  std::vector<float> ghost_energy;   // [quality][block]
  std::vector<double> ghost_curve;   // [curve quality]
  std::vector<uint32_t> histograms;  // empty where there is no whole block
  JpegStructure jpeg;
};

enum class MeasureOutcome { kDone, kCancelled };

// At the peak two bytes a pixel and the sums of blocks (about 0.5 bytes a pixel) beyond the image.
// Throws std::bad_alloc.
MeasureOutcome Measure(const ForensicsBackend& backend, const MeasureRequest& request,
                       Measurements* out);

}  // namespace aidet::forensics
