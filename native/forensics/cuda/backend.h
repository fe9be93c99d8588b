// The kernels of a CUDA device behind the ordinary interface, out of a library of their own.
#pragma once

#include "../backend.h"

namespace aidet::forensics {

// Opens aidet_cuda.so at `library`, once a process. Null, with a sentence in `*why`, where it does
// not load, is of another ABI, or no device answers. ELA, spectrum and noise run on the device and
// fall back to the CPU's kernel where a call fails; the rest is the CPU's.
const ForensicsBackend* CudaBackend(const char* library, const char** why);

}  // namespace aidet::forensics
