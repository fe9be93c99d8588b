// One coarse interface over the kernels, one table of functions for each instruction set. Kernels
// take no locks, allocate nothing and keep no state: the same input gives the same bits on any
// thread.
#pragma once

#include "ela/ela.h"
#include "jpeg_history/jpeg_history.h"
#include "noise/noise.h"
#include "planes.h"
#include "spectrum/spectrum.h"

namespace aidet::forensics {

struct ForensicsBackend {
  // `scalar`, `avx2`, `avx512` or `neon`.
  const char* target;
  // Writes GreyBytes(width, height) bytes, padding included, and gives the view on them.
  GreyView (*grey)(const RgbView& image, uint8_t* storage);
  // `workspace` has the bytes that the kernel's header states, aligned to 64.
  void (*ela)(const ElaParams& params, void* workspace, ElaOutput* out);
  void (*spectrum)(const GreyView& image, void* workspace, SpectrumOutput* out);
  void (*noise)(const GreyView& image, NoiseOutput* out);
  void (*second_differences)(const GreyView& image, SecondDifferenceOutput* out);
  void (*ghosts)(const GhostParams& params, void* workspace, GhostOutput* out);
};

// The plain backend: integer kernels by definition, the spectrum by the same plan as the fast ones
// with one lane.
const ForensicsBackend* ScalarBackend();

// Null where this build does not hold the target or this machine cannot run it.
const ForensicsBackend* BackendFor(const char* target);

// The fastest backend that runs here.
const ForensicsBackend* BestBackend();

}  // namespace aidet::forensics
