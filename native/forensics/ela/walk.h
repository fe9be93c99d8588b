// The strip-wise road of ELA, the same for every target: convert and downsample, round trip,
// upsample, compare. Two strips of 16 rows are kept, since the fancy upsampler looks one chroma row
// beyond its strip. `Ops` does the work on rows. Padding is libjpeg's: the last pixel of a row is
// repeated before downsampling, the last row of each downsampled plane after it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "ela.h"
#include "quantisers.h"

namespace aidet::forensics {

// Room for whole vectors of every target beyond the last block.
static inline ptrdiff_t ElaRowBytes(int width) {
  return (static_cast<ptrdiff_t>(width) + 191) / 64 * 64;
}

struct ElaRowOutput {
  uint8_t* difference_rgb;
  uint8_t* difference_max;
  // Two partial sums a block of 16 columns.
  uint64_t* sums;
};

// Pixels of the next strip, which are drawn towards the caches while there is arithmetic to do; a
// large picture waits for memory else. Null: none.
struct PixelsAhead {
  const uint8_t* data;
  ptrdiff_t stride;
};

struct ElaPlan {
  Quantisers luma;
  Quantisers chroma;
};

// Strip buffers, in the order in which they lie in the workspace.
struct ElaBuffers {
  ptrdiff_t row;
  ElaPlan* plan;
  uint8_t* y;   // 16 rows
  uint8_t* cb;  // 8 rows (4:4:4)
  uint8_t* cr;
  uint8_t* small_cb;  // 8 rows, downsampled
  uint8_t* small_cr;
  uint8_t* y_again;   // 2 x 16 rows, after the round trip
  uint8_t* cb_again;  // 2 x 8 rows (4:2:0) or 8 rows (4:4:4)
  uint8_t* cr_again;
  int16_t* column_sums;  // 2 rows with 32 samples before each
  uint64_t* sums;
  size_t bytes;
};

static inline ElaBuffers LayOutEla(void* workspace, int width) {
  ElaBuffers b{};
  auto* base = static_cast<uint8_t*>(workspace);
  size_t at = 0;
  const auto take = [&](size_t bytes) {
    uint8_t* p = base + at;
    at += (bytes + 63) / 64 * 64;
    return p;
  };
  b.row = ElaRowBytes(width);
  const auto row = static_cast<size_t>(b.row);
  b.plan = reinterpret_cast<ElaPlan*>(take(sizeof(ElaPlan)));
  b.y = take(16 * row);
  b.cb = take(8 * row);
  b.cr = take(8 * row);
  b.small_cb = take(8 * row);
  b.small_cr = take(8 * row);
  b.y_again = take(32 * row);
  b.cb_again = take(16 * row);
  b.cr_again = take(16 * row);
  b.column_sums = reinterpret_cast<int16_t*>(take(2 * (row + 128) * sizeof(int16_t)));
  b.sums = reinterpret_cast<uint64_t*>(take((row / kBlock + 1) * 2 * sizeof(uint64_t)));
  b.bytes = at;
  return b;
}

static inline void RepeatLast(uint8_t* row, int width, int padded) {
  if (padded > width) std::memset(row + width, row[width - 1], static_cast<size_t>(padded - width));
}

template <class Ops>
class ElaWalk {
 public:
  ElaWalk(const ElaParams& params, void* workspace, ElaOutput* out)
      : image_(params.image), out_(out), b_(LayOutEla(workspace, params.image.width)) {
    // Vectors may run over the last block into bytes that nobody wrote; they do not count, but they
    // must be the same in every run.
    std::memset(workspace, 0, b_.bytes);
    PrepareQuantisers(kLumaTable, params.quality, &b_.plan->luma);
    PrepareQuantisers(kChromaTable, params.quality, &b_.plan->chroma);
  }

  void Run420() {
    const int strips = (image_.height + 15) / 16;
    for (int m = 0; m < strips; m++) {
      ConvertStrip420(m);
      uint8_t* y_again = b_.y_again + (m & 1) * 16 * b_.row;
      RoundTrip(b_.y, y_again, 16, (image_.width + 7) / 8, b_.plan->luma, Ahead(16 * m, 16));
      const int chroma_blocks = (image_.width + 15) / 16;
      const ptrdiff_t chroma_slot = (m & 1) * 8 * b_.row;
      RoundTrip(b_.small_cb, b_.cb_again + chroma_slot, 8, chroma_blocks, b_.plan->chroma);
      RoundTrip(b_.small_cr, b_.cr_again + chroma_slot, 8, chroma_blocks, b_.plan->chroma);
      const int end = m + 1 == strips ? image_.height : 16 * m + 15;
      for (int y = std::max(0, 16 * m - 1); y < end; y++) Compare420(y);
    }
  }

  void Run444() {
    const int blocks = (image_.width + 7) / 8;
    for (int top = 0; top < image_.height; top += 8) {
      ConvertStrip444(top);
      RoundTrip(b_.y, b_.y_again, 8, blocks, b_.plan->luma, Ahead(top, 8));
      RoundTrip(b_.cb, b_.cb_again, 8, blocks, b_.plan->chroma);
      RoundTrip(b_.cr, b_.cr_again, 8, blocks, b_.plan->chroma);
      for (int y = top; y < std::min(top + 8, image_.height); y++) {
        const ptrdiff_t at = (y - top) * b_.row;
        Ops::Compare444(Row(y), b_.y_again + at, b_.cb_again + at, b_.cr_again + at, image_.width,
                        RowOutput(y));
        FinishRow(y);
      }
    }
  }

 private:
  const uint8_t* Row(int y) const { return image_.data + y * image_.stride; }

  void ConvertStrip444(int top) {
    const int padded = (image_.width + 7) / 8 * 8;
    for (int r = 0; r < 8; r++) {
      const ptrdiff_t at = r * b_.row;
      if (top + r < image_.height) {
        Ops::Convert(Row(top + r), image_.width, b_.y + at, b_.cb + at, b_.cr + at);
        for (uint8_t* plane : {b_.y, b_.cb, b_.cr}) RepeatLast(plane + at, image_.width, padded);
      } else {
        for (uint8_t* plane : {b_.y, b_.cb, b_.cr}) RepeatRow(plane + at, padded);
      }
    }
  }

  void ConvertStrip420(int m) {
    const int padded = (image_.width + 15) / 16 * 16;
    for (int j = 0; j < 8; j++) {
      const int y = 16 * m + 2 * j;
      uint8_t* const luma = b_.y + 2 * j * b_.row;
      uint8_t* const cb = b_.small_cb + j * b_.row;
      uint8_t* const cr = b_.small_cr + j * b_.row;
      if (y < image_.height) {
        Ops::ConvertPair(Row(y), Row(std::min(y + 1, image_.height - 1)), image_.width, padded,
                         luma, luma + b_.row, cb, cr);
      } else {
        RepeatRow(luma, padded), RepeatRow(luma + b_.row, padded);
        RepeatRow(cb, padded / 2), RepeatRow(cr, padded / 2);
      }
    }
  }

  void RepeatRow(uint8_t* row, int padded) const {
    std::memcpy(row, row - b_.row, static_cast<size_t>(padded));
  }

  PixelsAhead Ahead(int top, int rows) const {
    const bool whole = top + 2 * rows <= image_.height;
    return {whole ? Row(top + rows) : nullptr, image_.stride};
  }

  void RoundTrip(const uint8_t* in, uint8_t* again, int rows, int blocks, const Quantisers& q,
                 PixelsAhead ahead = {nullptr, 0}) {
    for (int r = 0; r < rows; r += 8) {
      Ops::RoundTrip(in + r * b_.row, b_.row, blocks, q, again + r * b_.row, ahead);
      if (ahead.data != nullptr) ahead.data += 8 * ahead.stride;
    }
  }

  void Compare420(int y) {
    const int chroma_height = (image_.height + 1) / 2;
    const int near = y >> 1;
    const int far = std::clamp(near + ((y & 1) != 0 ? 1 : -1), 0, chroma_height - 1);
    const auto chroma_row = [&](uint8_t* plane, int i) {
      return plane + (((i >> 3) & 1) * 8 + (i & 7)) * b_.row;
    };
    const uint8_t* luma = b_.y_again + (((y >> 4) & 1) * 16 + (y & 15)) * b_.row;
    const uint8_t* const cb[2] = {chroma_row(b_.cb_again, near), chroma_row(b_.cb_again, far)};
    const uint8_t* const cr[2] = {chroma_row(b_.cr_again, near), chroma_row(b_.cr_again, far)};
    int16_t* const sums[2] = {b_.column_sums + 32, b_.column_sums + b_.row + 128 + 32};
    Ops::Compare420(Row(y), luma, cb, cr, sums, image_.width, RowOutput(y));
    FinishRow(y);
  }

  ElaRowOutput RowOutput(int y) const {
    const auto at = static_cast<ptrdiff_t>(y) * image_.width;
    return {out_->difference_rgb == nullptr ? nullptr : out_->difference_rgb + 3 * at,
            out_->difference_max == nullptr ? nullptr : out_->difference_max + at, b_.sums};
  }

  void FinishRow(int y) {
    if (y % kBlock != kBlock - 1 && y != image_.height - 1) return;
    const int blocks = BlocksOf(image_.width);
    uint32_t* row = out_->block_sum + static_cast<ptrdiff_t>(y / kBlock) * blocks;
    for (int i = 0; i < blocks; i++) {
      row[i] = static_cast<uint32_t>(b_.sums[2 * i] + b_.sums[2 * i + 1]);
    }
    std::memset(b_.sums, 0, static_cast<size_t>(blocks) * 2 * sizeof(uint64_t));
  }

  RgbView image_;
  ElaOutput* out_;
  ElaBuffers b_;
};

// libjpeg repeats chroma samples where there are at most two of them in a row; else it
// interpolates.
static inline bool IsChromaRepeated(int width) { return (width + 1) / 2 <= 2; }

template <class Ops>
void RunEla(const ElaParams& params, void* workspace, ElaOutput* out) {
  ElaWalk<Ops> walk(params, workspace, out);
  if (params.subsampling == Subsampling::k420) {
    walk.Run420();
  } else {
    walk.Run444();
  }
}

}  // namespace aidet::forensics
