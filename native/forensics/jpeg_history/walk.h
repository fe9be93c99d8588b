// The road of ghosts and histograms over rows of 8 x 8 blocks, the same for every target. `Ops`
// transforms and requantises a row of blocks.
#pragma once

#include <cstring>

#include "../ela/quantisers.h"
#include "jpeg_history.h"

namespace aidet::forensics {

// Qualities are worked on four at a time: their sums fill a group of 128 bits.
constexpr int kQuad = 4;

struct GhostBuffers {
  Quantisers* quantisers;
  uint32_t* row;    // [quad][8 x 8 block][4]: squared errors, scaled by 64
  uint32_t* block;  // [quad][16 x 16 block][4]
  uint64_t* total;  // [quad][4]
  int tables;
  int quads;
  int blocks;
  size_t bytes;
};

static inline GhostBuffers LayOutGhosts(void* workspace, int width, int table_count) {
  GhostBuffers b{};
  auto* base = static_cast<uint8_t*>(workspace);
  size_t at = 0;
  const auto take = [&](size_t bytes) {
    uint8_t* p = base + at;
    at += (bytes + 63) / 64 * 64;
    return p;
  };
  b.tables = table_count;
  b.quads = (table_count + kQuad - 1) / kQuad;
  b.blocks = width / 8;
  const auto quads = static_cast<size_t>(b.quads);
  // Room for whole vectors of every target behind the last block.
  const size_t blocks = static_cast<size_t>(b.blocks) + 4;
  b.quantisers =
      reinterpret_cast<Quantisers*>(take(static_cast<size_t>(table_count) * sizeof(Quantisers)));
  b.row = reinterpret_cast<uint32_t*>(take(quads * kQuad * blocks * sizeof(uint32_t)));
  b.block = reinterpret_cast<uint32_t*>(take(quads * kQuad * (blocks / 2 + 1) * sizeof(uint32_t)));
  b.total = reinterpret_cast<uint64_t*>(take(quads * kQuad * sizeof(uint64_t)));
  b.bytes = at;
  return b;
}

static inline void CountCoefficient(uint32_t* histogram, int scaled) {
  int bin = ((scaled + 4) >> 3) + kHistogramBins / 2;
  if (bin < 0) bin = 0;
  if (bin > kHistogramBins - 1) bin = kHistogramBins - 1;
  histogram[bin]++;
}

template <class Ops>
class GhostWalk {
 public:
  GhostWalk(const GhostParams& params, void* workspace, GhostOutput* out)
      : p_(params),
        out_(out),
        b_(LayOutGhosts(workspace, params.image.width, params.table_count)) {}

  void Run() {
    for (int i = 0; i < b_.tables; i++) PrepareDivisors(p_.tables[i], &b_.quantisers[i]);
    std::memset(b_.total, 0, static_cast<size_t>(b_.quads) * kQuad * sizeof(uint64_t));
    if (out_->histograms != nullptr) {
      std::memset(out_->histograms, 0, sizeof(uint32_t) * kHistogramModes * kHistogramBins);
    }
    out_->blocks = 0;
    const int rows = p_.image.height / 8;
    for (int row = 0; row < rows; row += p_.row_step) {
      Ops::Row(p_.image.data + static_cast<ptrdiff_t>(row) * 8 * p_.image.stride, p_.image.stride,
               b_, out_->histograms);
      out_->blocks += b_.blocks;
      Fold(row % 2 == 0);
      if (out_->energy != nullptr && (row % 2 == 1 || row == rows - 1)) {
        WriteEnergy(row / 2, 1 + row % 2);
      }
    }
    for (int i = 0; i < p_.table_count; i++) {
      const double blocks = static_cast<double>(out_->blocks > 0 ? out_->blocks : 1);
      out_->curve[i] = static_cast<double>(b_.total[i]) / (4096 * blocks);
    }
  }

 private:
  typedef uint32_t Sums __attribute__((vector_size(4 * kQuad)));
  typedef uint64_t Wide __attribute__((vector_size(8 * kQuad)));
  static inline Sums Load(const uint32_t* p) {
    Sums v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }

  // Adds the row's sums to those of the 16 x 16 blocks, or begins them, and to the totals.
  void Fold(bool first) {
    for (int quad = 0; quad < b_.quads; quad++) {
      const uint32_t* row = b_.row + static_cast<ptrdiff_t>(quad) * b_.blocks * kQuad;
      uint32_t* block = b_.block + static_cast<ptrdiff_t>(quad) * ((b_.blocks + 1) / 2) * kQuad;
      Wide total = {};
      for (int i = 0; i < b_.blocks; i += 2, row += 2 * kQuad, block += kQuad) {
        Sums sums = Load(row);
        if (i + 1 < b_.blocks) sums += Load(row + kQuad);
        total += __builtin_convertvector(sums, Wide);
        if (!first) sums += Load(block);
        std::memcpy(block, &sums, sizeof sums);
      }
      for (int q = 0; q < kQuad; q++) b_.total[quad * kQuad + q] += total[q];
    }
  }

  void WriteEnergy(int block_row, int rows) {
    const int columns = (b_.blocks + 1) / 2;
    const int plane = columns * ((p_.image.height / 8 + 1) / 2);
    for (int i = 0; i < p_.table_count; i++) {
      const uint32_t* block =
          b_.block + (static_cast<ptrdiff_t>(i / kQuad) * columns) * kQuad + i % kQuad;
      float* to = out_->energy + static_cast<ptrdiff_t>(i) * plane +
                  static_cast<ptrdiff_t>(block_row) * columns;
      for (int x = 0; x < columns; x++) {
        const int count = rows * (2 * x + 1 < b_.blocks ? 2 : 1);
        to[x] = static_cast<float>(block[x * kQuad]) / static_cast<float>(4096 * count);
      }
    }
  }

  const GhostParams& p_;
  GhostOutput* out_;
  GhostBuffers b_;
};

}  // namespace aidet::forensics
