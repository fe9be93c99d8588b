#include "measure.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "jpeg_tables.h"

namespace aidet::forensics {
namespace {

// A grid found in the pixels of a file that is no JPEG is followed from this significance on.
constexpr double kGridSignificance = 6;

struct Free {
  void operator()(uint8_t* p) const { std::free(p); }
};
using Memory = std::unique_ptr<uint8_t, Free>;

Memory Allocate(size_t bytes) {
  auto* p = static_cast<uint8_t*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  if (p == nullptr) throw std::bad_alloc();
  return Memory(p);
}

// Means over boxes of whole pixels, in sixteenths.
void AverageDown(const uint8_t* plane, int width, int height, Measurements* out) {
  const int to_width = out->map_width, to_height = out->map_height;
  uint16_t* to = out->ela_map.data();
  if (to_width == width && to_height == height) {
    for (size_t i = 0; i < out->ela_map.size(); i++) to[i] = static_cast<uint16_t>(plane[i] << 4);
    return;
  }
  const auto edge = [](int i, int size, int count) {
    return static_cast<int>(static_cast<int64_t>(i) * size / count);
  };
  std::vector<int> columns(static_cast<size_t>(to_width) + 1);
  for (int x = 0; x <= to_width; x++) columns[static_cast<size_t>(x)] = edge(x, width, to_width);
  std::vector<uint32_t> sums(static_cast<size_t>(width));
  for (int y = 0; y < to_height; y++, to += to_width) {
    const int top = edge(y, height, to_height), bottom = edge(y + 1, height, to_height);
    std::fill(sums.begin(), sums.end(), 0);
    for (int row = top; row < bottom; row++) {
      const uint8_t* p = plane + static_cast<ptrdiff_t>(row) * width;
      for (int x = 0; x < width; x++) sums[static_cast<size_t>(x)] += p[x];
    }
    for (int x = 0; x < to_width; x++) {
      const int left = columns[static_cast<size_t>(x)], right = columns[static_cast<size_t>(x) + 1];
      uint32_t sum = 0;
      for (int i = left; i < right; i++) sum += sums[static_cast<size_t>(i)];
      const float scale = 16.0f / static_cast<float>((right - left) * (bottom - top));
      to[x] = static_cast<uint16_t>(static_cast<float>(sum) * scale + 0.5f);
    }
  }
}

Subsampling SubsamplingOf(const JpegStructure& jpeg) {
  const bool full = jpeg.is_jpeg && jpeg.components == 3 && jpeg.component[0].horizontal == 1 &&
                    jpeg.component[0].vertical == 1;
  return full ? Subsampling::k444 : Subsampling::k420;
}

std::vector<uint16_t> TablesOf(const std::vector<int>& qualities) {
  std::vector<uint16_t> tables(64 * qualities.size());
  for (size_t i = 0; i < qualities.size(); i++) {
    ScaleTable(kLumaTable, qualities[i], tables.data() + 64 * i);
  }
  return tables;
}

void RunGhosts(const ForensicsBackend& backend, const GreyView& grey,
               const std::vector<int>& qualities, int row_step, GhostOutput* out) {
  const std::vector<uint16_t> tables = TablesOf(qualities);
  const int count = static_cast<int>(qualities.size());
  const Memory workspace = Allocate(GhostWorkspaceBytes(grey.width, count));
  backend.ghosts({grey, reinterpret_cast<const uint16_t(*)[64]>(tables.data()), count, row_step},
                 workspace.get(), out);
}

void MeasureGhosts(const ForensicsBackend& backend, const GreyView& grey, const MeasureRequest& r,
                   Measurements* out) {
  const size_t plane = static_cast<size_t>(BlocksOf(grey.width / 8 * 8)) *
                       static_cast<size_t>(BlocksOf(grey.height / 8 * 8));
  out->ghost_energy.resize(plane * r.qualities.size());
  out->histograms.resize(size_t{kHistogramModes} * kHistogramBins);
  std::vector<double> curve(r.qualities.size());
  GhostOutput ghosts{out->ghost_energy.data(), curve.data(), out->histograms.data(), 0};
  RunGhosts(backend, grey, r.qualities, 1, &ghosts);
}

void MeasureCurve(const ForensicsBackend& backend, const GreyView& grey, const MeasureRequest& r,
                  Measurements* out) {
  const int64_t blocks = static_cast<int64_t>(grey.width / 8) * (grey.height / 8);
  out->ghost_curve.resize(r.curve_qualities.size());
  GhostOutput ghosts{nullptr, out->ghost_curve.data(), nullptr, 0};
  const auto step = static_cast<int>((blocks + kCurveBlocksMax - 1) / kCurveBlocksMax);
  RunGhosts(backend, grey, r.curve_qualities, step, &ghosts);
}

}  // namespace

MeasureOutcome Measure(const ForensicsBackend& backend, const MeasureRequest& r,
                       Measurements* out) {
  const int width = r.image.width, height = r.image.height;
  const auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  const size_t blocks =
      static_cast<size_t>(BlocksOf(width)) * static_cast<size_t>(BlocksOf(height));
  const auto cancelled = [&] {
    return r.cancel != nullptr && __atomic_load_n(r.cancel, __ATOMIC_RELAXED) != 0;
  };
  out->target = backend.target;
  out->jpeg = {};
  if (r.file != nullptr) ReadJpegStructure(r.file, r.file_bytes, &out->jpeg);

  out->subsampling = SubsamplingOf(out->jpeg);
  out->ela_sums.resize(blocks);
  {
    const Memory workspace = Allocate(ElaWorkspaceBytes(width, out->subsampling));
    Memory plane = r.map_side > 0 ? Allocate(pixels) : nullptr;
    ElaOutput ela{nullptr, plane.get(), out->ela_sums.data()};
    backend.ela({r.image, r.ela_quality, out->subsampling}, workspace.get(), &ela);
    if (plane != nullptr) {
      const double scale = std::min(1.0, static_cast<double>(r.map_side) / std::max(width, height));
      out->map_width = std::max(1, static_cast<int>(width * scale + 0.5));
      out->map_height = std::max(1, static_cast<int>(height * scale + 0.5));
      out->ela_map.resize(static_cast<size_t>(out->map_width) *
                          static_cast<size_t>(out->map_height));
      AverageDown(plane.get(), width, height, out);
    }
  }
  if (cancelled()) return MeasureOutcome::kCancelled;

  const Memory storage = Allocate(GreyBytes(width, height));
  const GreyView grey = backend.grey(r.image, storage.get());
  out->noise_deviation.resize(blocks);
  out->grey_mean.resize(blocks);
  NoiseOutput noise{nullptr, out->noise_deviation.data(), out->grey_mean.data(), 0, 0, 0};
  backend.noise(grey, &noise);
  out->residual_sums[0] = static_cast<double>(noise.sum);
  out->residual_sums[1] = static_cast<double>(noise.sum2);
  out->residual_sums[2] = static_cast<double>(noise.sum4);
  out->column_differences.resize(static_cast<size_t>(width));
  out->row_differences.resize(static_cast<size_t>(height));
  SecondDifferenceOutput differences{out->column_differences.data(), out->row_differences.data()};
  const auto cells =
      static_cast<size_t>(width / kGridCell) * static_cast<size_t>(height / kGridCell);
  out->grid_cells.resize(cells * 2 * kGridPhases);
  {
    std::vector<uint32_t> sums(LocalGridSums(width, height));
    FindLocalGrids(backend, grey, sums.data(), &differences, out->grid_cells.data());
  }
  out->grid_x = FindGrid(out->column_differences.data(), width);
  out->grid_y = FindGrid(out->row_differences.data(), height);
  if (cancelled()) return MeasureOutcome::kCancelled;

  if (std::min(width, height) >= kSpectrumSize) {
    const Memory workspace = Allocate(SpectrumWorkspaceBytes());
    out->power.resize(size_t{kSpectrumSize} * kSpectrumSize);
    SpectrumOutput spectrum{out->power.data(), {}, 0};
    backend.spectrum(grey, workspace.get(), &spectrum);
    out->radial.assign(spectrum.radial, spectrum.radial + kRadialBins);
    out->spectrum_blocks = spectrum.blocks;
  }
  if (cancelled()) return MeasureOutcome::kCancelled;

  if (out->jpeg.is_jpeg) {
    out->ghost_x = r.file_grid_x;
    out->ghost_y = r.file_grid_y;
  } else if (out->grid_x.significance >= kGridSignificance &&
             out->grid_y.significance >= kGridSignificance) {
    out->ghost_x = out->grid_x.offset;
    out->ghost_y = out->grid_y.offset;
  }
  if (width - out->ghost_x < 8 || height - out->ghost_y < 8) return MeasureOutcome::kDone;
  const GreyView shifted{grey.data + out->ghost_y * grey.stride + out->ghost_x,
                         width - out->ghost_x, height - out->ghost_y, grey.stride};
  MeasureGhosts(backend, shifted, r, out);
  if (cancelled()) return MeasureOutcome::kCancelled;
  MeasureCurve(backend, shifted, r, out);
  return cancelled() ? MeasureOutcome::kCancelled : MeasureOutcome::kDone;
}

}  // namespace aidet::forensics
