#pragma once

#include "base/status.h"
#include "inference/model_spec.h"
#include "inference/packing.h"
#include "inference/session.h"

namespace aidet::inference {

// Packs and runs the model's self-test, tile by tile and all tiles as one batch where the network
// takes one. Not ok: the message says which output differs, and by how much.
Status RunSelfTest(const SelfTest& test, const TileFormat& format, const RowPacker& packer,
                   Session* session);

}  // namespace aidet::inference
