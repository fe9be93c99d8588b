// The kernels of one target, for the files of that target alone.
#pragma once

#include "backend.h"
#include "lanes.h"

namespace aidet::forensics::AIDET_TARGET {

GreyView Grey(const RgbView& image, uint8_t* storage);
void Ela(const ElaParams& params, void* workspace, ElaOutput* out);
void Spectrum(const GreyView& image, void* workspace, SpectrumOutput* out);
void Noise(const GreyView& image, NoiseOutput* out);
void SecondDifferences(const GreyView& image, SecondDifferenceOutput* out);
void Ghosts(const GhostParams& params, void* workspace, GhostOutput* out);

}  // namespace aidet::forensics::AIDET_TARGET
