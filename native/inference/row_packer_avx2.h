#pragma once

#include "inference/row_packer.h"

namespace aidet::inference {

// Null where the CPU has no AVX2.
const RowPacker* Avx2RowPacker();

}  // namespace aidet::inference
