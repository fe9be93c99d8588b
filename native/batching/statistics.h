// Sums since the start of the runtime; differences of two readings are rates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace aidet::batching {

// Counts by upper bound (inclusive); the last count has none.
template <size_t N>
struct Histogram {
  std::array<double, N> bounds;
  std::array<uint64_t, N + 1> counts{};

  void Add(double value) {
    size_t i = 0;
    while (i < N && value > bounds[i]) ++i;
    ++counts[i];
  }
};

struct Statistics {
  int queued_tiles = 0;
  int running_tiles = 0;
  uint64_t batches = 0;
  uint64_t tiles = 0;
  // Requests, by how they ended without a result.
  uint64_t rejected = 0;
  uint64_t expired = 0;
  uint64_t cancelled = 0;
  uint64_t failed = 0;
  // Over batches, packing included.
  double execute_ms = 0;
  // Over tiles.
  double queue_delay_ms = 0;
  Histogram<14> queue_delay{{0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}};
  Histogram<12> execute{{0.5, 1, 2, 3, 5, 7.5, 10, 20, 50, 100, 200, 500}};
  Histogram<7> batch_size{{1, 2, 4, 8, 16, 32, 64}};
};

}  // namespace aidet::batching
