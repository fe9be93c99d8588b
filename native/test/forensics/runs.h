// A kernel's whole output on a picture, to be compared, and the count of what was compared.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "pictures.h"

namespace aidet::forensics::test {

inline int checks = 0;
inline int failures = 0;

inline void Check(bool ok, const char* what, const char* target, int width, int height,
                  int detail) {
  checks++;
  if (ok) return;
  failures++;
  if (failures < 40) {
    std::printf("FAILED %s: %s, %d x %d, %d\n", what, target, width, height, detail);
  }
}

struct ElaResult {
  std::vector<uint8_t> rgb, max;
  std::vector<uint32_t> sums;
  bool operator==(const ElaResult& o) const {
    return rgb == o.rgb && max == o.max && sums == o.sums;
  }
};

// `rgb`: with the differences of each channel, which take three bytes a pixel.
inline ElaResult RunElaOn(const ForensicsBackend& backend, const RgbView& image, int quality,
                          Subsampling s, bool rgb = true) {
  const auto pixels = static_cast<size_t>(image.width) * image.height;
  ElaResult r{
      std::vector<uint8_t>(rgb ? 3 * pixels : 0), std::vector<uint8_t>(pixels),
      std::vector<uint32_t>(static_cast<size_t>(BlocksOf(image.width)) * BlocksOf(image.height))};
  Aligned workspace(ElaWorkspaceBytes(image.width, s));
  // What is left there by others must not show.
  std::memset(workspace.get(), 0xa5, ElaWorkspaceBytes(image.width, s));
  ElaOutput out{rgb ? r.rgb.data() : nullptr, r.max.data(), r.sums.data()};
  backend.ela({image, quality, s}, workspace.get(), &out);
  return r;
}

struct Grey {
  Grey(const ForensicsBackend& backend, const RgbView& p)
      : storage(GreyBytes(p.width, p.height)), view(backend.grey(p, storage.bytes())) {}
  Aligned storage;
  GreyView view;
};

struct NoiseResult {
  std::vector<int8_t> residual;
  std::vector<float> deviation, mean;
  int64_t sum, sum2, sum4;
  bool operator==(const NoiseResult& o) const {
    return residual == o.residual && deviation == o.deviation && mean == o.mean && sum == o.sum &&
           sum2 == o.sum2 && sum4 == o.sum4;
  }
};

inline NoiseResult RunNoise(const ForensicsBackend& backend, const GreyView& grey, bool residual) {
  const auto blocks = static_cast<size_t>(BlocksOf(grey.width)) * BlocksOf(grey.height);
  NoiseResult r{std::vector<int8_t>(residual ? static_cast<size_t>(grey.width) * grey.height : 0),
                std::vector<float>(blocks),
                std::vector<float>(blocks),
                0,
                0,
                0};
  NoiseOutput out{
      residual ? r.residual.data() : nullptr, r.deviation.data(), r.mean.data(), 0, 0, 0};
  backend.noise(grey, &out);
  r.sum = out.sum, r.sum2 = out.sum2, r.sum4 = out.sum4;
  return r;
}

inline std::vector<float> RunSpectrum(const ForensicsBackend& backend, const GreyView& grey,
                                      SpectrumOutput* out) {
  std::vector<float> power(static_cast<size_t>(kSpectrumSize) * kSpectrumSize);
  Aligned workspace(SpectrumWorkspaceBytes());
  out->power = power.data();
  backend.spectrum(grey, workspace.get(), out);
  return power;
}

struct GhostResult {
  std::vector<float> energy;
  std::vector<double> curve;
  std::vector<uint32_t> histograms;
  int64_t blocks;
  bool operator==(const GhostResult& o) const {
    return energy == o.energy && curve == o.curve && histograms == o.histograms &&
           blocks == o.blocks;
  }
};

inline GhostResult RunGhosts(const ForensicsBackend& backend, const GreyView& grey, int tables,
                             int row_step) {
  std::vector<uint16_t> steps(64 * static_cast<size_t>(tables));
  for (int i = 0; i < tables; i++) {
    ScaleTable(kLumaTable, 100 - i * 95 / std::max(1, tables - 1), steps.data() + 64 * i);
  }
  const auto plane =
      static_cast<size_t>(BlocksOf(grey.width / 8 * 8)) * BlocksOf(grey.height / 8 * 8);
  GhostResult r{std::vector<float>(row_step == 1 ? plane * tables : 0),
                std::vector<double>(static_cast<size_t>(tables)),
                std::vector<uint32_t>(kHistogramModes * kHistogramBins), 0};
  Aligned workspace(GhostWorkspaceBytes(grey.width, tables));
  GhostOutput out{row_step == 1 ? r.energy.data() : nullptr, r.curve.data(), r.histograms.data(),
                  0};
  backend.ghosts({grey, reinterpret_cast<const uint16_t(*)[64]>(steps.data()), tables, row_step},
                 workspace.get(), &out);
  r.blocks = out.blocks;
  return r;
}

}  // namespace aidet::forensics::test
