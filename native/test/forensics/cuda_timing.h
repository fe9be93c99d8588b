// What the CUDA twins take beside the CPU's kernels on one thread, on three sizes.
#pragma once

#include "cuda_library.h"

namespace aidet::forensics::test {

// Prints a table, and one line of JSON.
void TimeAll(const CudaLibrary& cuda);

}  // namespace aidet::forensics::test
