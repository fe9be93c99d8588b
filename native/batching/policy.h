// When a free lane starts a batch, and how large: a pure function without clock, lock or thread.
//
// A device never idles while work waits. Where lanes are cores, each takes its share and never
// waits for company, since a batch gains nothing over single tiles there. Where lanes share a
// device, tiles that arrive while it is busy wait for company, until they fill a batch or have
// waited long enough; so batches grow with the load by themselves.
#pragma once

#include <vector>

#include "base/clock.h"

namespace aidet::batching {

// Tiles of the model whose turn it is.
struct QueueView {
  int tiles = 0;
  // When the one that waits longest was enqueued.
  Nanos oldest = 0;
};

struct LaneView {
  // Lanes that could start now, the asking one included; those of one device count as one.
  int idle = 1;
  // Another lane is running on the device of the asking one.
  bool device_busy = false;
};

struct BatchLimits {
  // Batch sizes that run well, ascending, not empty; the last is the largest allowed.
  std::vector<int> sizes = {1};
  // Longest time that a tile waits for company.
  Nanos delay_max = 0;
};

struct Decision {
  enum Kind { kIdle, kWaitUntil, kDispatch } kind;
  int count;    // kDispatch: tiles, 1 to sizes.back()
  Nanos until;  // kWaitUntil: when to ask again, later than now
};

inline Decision Decide(Nanos now, const QueueView& queue, const LaneView& lanes,
                       const BatchLimits& limits) {
  if (queue.tiles == 0) return {Decision::kIdle, 0, 0};
  const int largest = limits.sizes.back();
  const int share = (queue.tiles + lanes.idle - 1) / lanes.idle;
  const Nanos patience_ends = queue.oldest + limits.delay_max;
  if (share < largest && lanes.device_busy && now < patience_ends) {
    return {Decision::kWaitUntil, 0, patience_ends};
  }
  int count = share;
  for (int size : limits.sizes) {
    if (size <= share) count = size;
  }
  return {Decision::kDispatch, count, 0};
}

}  // namespace aidet::batching
