// Welch's estimate of the power spectrum: Hann-windowed 256 x 256 blocks, half overlapping, their
// periodograms averaged (P. D. Welch, IEEE Trans. Audio Electroacoustics 15, 1967).
#pragma once

#include <cstddef>

#include "../planes.h"

namespace aidet::forensics {

constexpr int kSpectrumSize = 256;
constexpr int kSpectrumHop = 128;
constexpr int kRadialBins = 64;

struct SpectrumOutput {
  // 256 x 256 floats [fy][fx], frequencies in FFT order: mean |DFT|^2 of (grey - 128) under the
  // window.
  float* power;
  // Mean of power over rings of width 1/128 cycles a pixel up to Nyquist; the corners beyond are
  // left out.
  float radial[kRadialBins];
  int blocks;
};

// Both sides must be at least 256 pixels; what the block grid leaves over at right and bottom
// (under 128 pixels) is not looked at.
size_t SpectrumWorkspaceBytes();

void SpectrumScalar(const GreyView& image, void* workspace, SpectrumOutput* out);

void RadialProfile(const float* power, float* radial);

}  // namespace aidet::forensics
