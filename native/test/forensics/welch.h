// Welch's spectrum by its definition, and how near another must come to it.
#pragma once

#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "../../forensics/spectrum/spectrum.h"

namespace aidet::forensics::test {

// Mean |DFT|^2 of Hann-windowed blocks by the definition, a row and a column transform in double
// precision.
inline std::vector<double> WelchByDefinition(const GreyView& g) {
  constexpr int n = kSpectrumSize;
  const double turn = 2 * std::acos(-1.0);
  std::vector<std::complex<double>> roots(n), half(n * n);
  for (int i = 0; i < n; i++) roots[i] = std::polar(1.0, -turn * i / n);
  std::vector<double> power(n * n), block(n * n);
  int count = 0;
  for (int top = 0; top + n <= g.height; top += kSpectrumHop) {
    for (int left = 0; left + n <= g.width; left += kSpectrumHop, count++) {
      for (int i = 0; i < n * n; i++) {
        const double wy = 0.5 - 0.5 * std::cos(turn * (i / n) / n),
                     wx = 0.5 - 0.5 * std::cos(turn * (i % n) / n);
        block[i] = (g.data[(top + i / n) * g.stride + left + i % n] - 128.0) * wy * wx;
      }
      for (int y = 0; y < n; y++) {
        for (int k = 0; k < n; k++) {
          std::complex<double> sum = 0;
          for (int x = 0; x < n; x++) sum += block[y * n + x] * roots[x * k % n];
          half[y * n + k] = sum;
        }
      }
      for (int k = 0; k < n; k++) {
        for (int l = 0; l < n; l++) {
          std::complex<double> sum = 0;
          for (int y = 0; y < n; y++) sum += half[y * n + k] * roots[y * l % n];
          power[l * n + k] += std::norm(sum);
        }
      }
    }
  }
  for (double& v : power) v /= count;
  return power;
}

struct SpectrumError {
  // Largest error of a place, relative where there is power: rounding leaves a floor far below the
  // mean.
  double worst;
  size_t worst_at;
  // Sum of all errors over the sum of all powers.
  double sum;
};

template <class T>
SpectrumError CompareWithExact(const std::vector<float>& power, const std::vector<T>& exact) {
  double total = 0;
  for (const T v : exact) total += static_cast<double>(v);
  SpectrumError e{0, 0, 0};
  for (size_t i = 0; i < exact.size(); i++) {
    const auto expected = static_cast<double>(exact[i]);
    const double error = std::abs(static_cast<double>(power[i]) - expected);
    double relative = error / (expected + 1e-6 * total / static_cast<double>(exact.size()));
    if (std::isnan(relative)) relative = std::numeric_limits<double>::infinity();
    if (relative > e.worst) e.worst = relative, e.worst_at = i;
    e.sum += error / total;
  }
  return e;
}

}  // namespace aidet::forensics::test
