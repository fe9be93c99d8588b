#include "plan.h"

namespace aidet::forensics {
namespace {

struct ScalarOps {
  using V = float;
  static constexpr int kLanes = 1;
  static float Load(const float* p) { return *p; }
  static void Store(float* p, float v) { *p = v; }
  static float LoadPixels(const uint8_t* p) { return static_cast<float>(*p); }
  static void Transpose(const float* from, float* to) { *to = *from; }
};

constexpr double kTurn = 6.283185307179586476925;

}  // namespace

void FillSpectrumTables(SpectrumTables* tables) {
  for (int i = 0; i < kSpectrumSize; i++) {
    tables->window[i] = static_cast<float>(0.5 - 0.5 * std::cos(kTurn * i / kSpectrumSize));
  }
  Twiddle* w = tables->twiddles;
  for (int n = kSpectrumSize; n > 4; n /= 4) {
    for (int k = 0; k < n / 4; k++, w++) {
      for (int j = 1; j <= 3; j++) {
        w->re[j - 1] = static_cast<float>(std::cos(kTurn * j * k / n));
        w->im[j - 1] = static_cast<float>(-std::sin(kTurn * j * k / n));
      }
    }
  }
}

void SpectrumScalar(const GreyView& image, void* workspace, SpectrumOutput* out) {
  SpectrumPlan<ScalarOps>::Run(image, workspace, out);
}

size_t SpectrumWorkspaceBytes() {
  SpectrumBuffers b;
  return LayOutSpectrum(nullptr, &b);
}

void RadialProfile(const float* power, float* radial) {
  double sums[kRadialBins] = {};
  int counts[kRadialBins] = {};
  for (int fy = 0; fy < kSpectrumSize; fy++) {
    const int y = fy < kSpectrumSize / 2 ? fy : fy - kSpectrumSize;
    for (int fx = 0; fx < kSpectrumSize; fx++) {
      const int x = fx < kSpectrumSize / 2 ? fx : fx - kSpectrumSize;
      const int bin = static_cast<int>(std::sqrt(static_cast<double>(x * x + y * y)) *
                                       (2 * kRadialBins) / kSpectrumSize);
      if (bin >= kRadialBins) continue;
      sums[bin] += static_cast<double>(power[fy * kSpectrumSize + fx]);
      counts[bin]++;
    }
  }
  for (int i = 0; i < kRadialBins; i++) radial[i] = static_cast<float>(sums[i] / counts[i]);
}

}  // namespace aidet::forensics
