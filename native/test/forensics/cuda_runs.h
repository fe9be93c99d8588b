// What the CUDA twins say of a picture, in the same structs as every other target's.
#pragma once

#include "cuda_library.h"
#include "runs.h"

namespace aidet::forensics::test {

struct CudaStatus {
  int error = 0;
  AidetCudaTimes times{};
};

inline ElaResult RunCudaEla(const CudaLibrary& cuda, const RgbView& image, int quality,
                            Subsampling s, bool rgb, bool max, CudaStatus* status) {
  const auto pixels = static_cast<size_t>(image.width) * image.height;
  ElaResult r{
      std::vector<uint8_t>(rgb ? 3 * pixels : 0), std::vector<uint8_t>(max ? pixels : 0),
      std::vector<uint32_t>(static_cast<size_t>(BlocksOf(image.width)) * BlocksOf(image.height))};
  uint16_t tables[128];
  ScaleTable(kLumaTable, quality, tables);
  ScaleTable(kChromaTable, quality, tables + 64);
  status->error = cuda.ela(image.data, image.stride, image.width, image.height, tables,
                           s == Subsampling::k444 ? 1 : 0, rgb ? r.rgb.data() : nullptr,
                           max ? r.max.data() : nullptr, r.sums.data(), &status->times);
  return r;
}

inline NoiseResult RunCudaNoise(const CudaLibrary& cuda, const GreyView& grey, bool residual,
                                CudaStatus* status) {
  const int columns = BlocksOf(grey.width), rows = BlocksOf(grey.height);
  const auto blocks = static_cast<size_t>(columns) * rows;
  NoiseResult r{std::vector<int8_t>(residual ? static_cast<size_t>(grey.width) * grey.height : 0),
                std::vector<float>(blocks),
                std::vector<float>(blocks),
                0,
                0,
                0};
  std::vector<int64_t> sums(4 * blocks);
  status->error = cuda.noise(grey.data, grey.stride, grey.width, grey.height,
                             residual ? r.residual.data() : nullptr, sums.data(), &status->times);
  NoiseOutput out{nullptr, r.deviation.data(), r.mean.data(), 0, 0, 0};
  for (size_t i = 0; i < blocks; i++) {
    const int left = static_cast<int>(i) % columns * kBlock;
    const int top = static_cast<int>(i) / columns * kBlock;
    const int pixels = std::min(kBlock, grey.width - left) * std::min(kBlock, grey.height - top);
    FinishNoiseBlock({sums[4 * i], sums[4 * i + 1], sums[4 * i + 2], sums[4 * i + 3]}, pixels, i,
                     &out);
  }
  r.sum = out.sum, r.sum2 = out.sum2, r.sum4 = out.sum4;
  return r;
}

inline std::vector<float> RunCudaSpectrum(const CudaLibrary& cuda, const GreyView& grey,
                                          int* blocks, CudaStatus* status) {
  std::vector<float> power(static_cast<size_t>(kSpectrumSize) * kSpectrumSize);
  status->error = cuda.spectrum(grey.data, grey.stride, grey.width, grey.height, power.data(),
                                blocks, &status->times);
  return power;
}

}  // namespace aidet::forensics::test
