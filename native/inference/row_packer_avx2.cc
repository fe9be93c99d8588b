#include "inference/row_packer_avx2.h"

#if defined(__x86_64__)

#include <immintrin.h>

namespace aidet::inference {
namespace {

#define AIDET_AVX2 __attribute__((target("avx2")))

// Eight bytes to normalised floats. Multiplied, then added: a fused operation would round otherwise
// than the plain loop.
AIDET_AVX2 inline __m256 Normalise(__m128i bytes, __m256 factor, __m256 offset) {
  return _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)), factor),
                       offset);
}

AIDET_AVX2 inline void Store16(__m128i bytes, float factor, float offset, float* out) {
  const __m256 f = _mm256_set1_ps(factor);
  const __m256 o = _mm256_set1_ps(offset);
  _mm256_storeu_ps(out, Normalise(bytes, f, o));
  _mm256_storeu_ps(out + 8, Normalise(_mm_srli_si128(bytes, 8), f, o));
}

// Where byte `channel` of pixels 0..15 lies in block `block` of their 48 bytes; -1 elsewhere.
AIDET_AVX2 inline __m128i Places(int channel, int block) {
  alignas(16) int8_t places[16];
  for (int pixel = 0; pixel < 16; ++pixel) {
    const int at = 3 * pixel + channel - 16 * block;
    places[pixel] = static_cast<int8_t>(at >= 0 && at < 16 ? at : -1);
  }
  return _mm_load_si128(reinterpret_cast<const __m128i*>(places));
}

AIDET_AVX2 void Planes(const uint8_t* rgb, int pixels, const Normalisation& n, float* red,
                       float* green, float* blue) {
  __m128i places[3][3];
  for (int c = 0; c < 3; ++c) {
    for (int block = 0; block < 3; ++block) places[c][block] = Places(c, block);
  }
  float* const planes[3] = {red, green, blue};
  int i = 0;
  for (; i + 16 <= pixels; i += 16) {
    const auto* in = reinterpret_cast<const __m128i*>(rgb + 3 * i);
    const __m128i first = _mm_loadu_si128(in);
    const __m128i second = _mm_loadu_si128(in + 1);
    const __m128i third = _mm_loadu_si128(in + 2);
    for (int c = 0; c < 3; ++c) {
      const __m128i bytes = _mm_or_si128(_mm_or_si128(_mm_shuffle_epi8(first, places[c][0]),
                                                      _mm_shuffle_epi8(second, places[c][1])),
                                         _mm_shuffle_epi8(third, places[c][2]));
      Store16(bytes, n.factor[c], n.offset[c], planes[c] + i);
    }
  }
  ScalarRowPacker().planes(rgb + 3 * i, pixels - i, n, red + i, green + i, blue + i);
}

AIDET_AVX2 void Interleaved(const uint8_t* rgb, int pixels, const Normalisation& n, float* out) {
  // Eight pixels are 24 values, three vectors; each begins with another channel.
  __m256 factor[3], offset[3];
  for (int v = 0; v < 3; ++v) {
    alignas(32) float f[8], o[8];
    for (int k = 0; k < 8; ++k) {
      f[k] = n.factor[(8 * v + k) % 3];
      o[k] = n.offset[(8 * v + k) % 3];
    }
    factor[v] = _mm256_load_ps(f);
    offset[v] = _mm256_load_ps(o);
  }
  int i = 0;
  for (; i + 8 <= pixels; i += 8) {
    for (int v = 0; v < 3; ++v) {
      const int at = 3 * i + 8 * v;
      const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(rgb + at));
      _mm256_storeu_ps(out + at, Normalise(bytes, factor[v], offset[v]));
    }
  }
  ScalarRowPacker().interleaved(rgb + 3 * i, pixels - i, n, out + 3 * i);
}

}  // namespace

const RowPacker* Avx2RowPacker() {
  static constexpr RowPacker packer = {Planes, Interleaved};
  static const bool runs = __builtin_cpu_supports("avx2");
  return runs ? &packer : nullptr;
}

}  // namespace aidet::inference

#else

namespace aidet::inference {

const RowPacker* Avx2RowPacker() { return nullptr; }

}  // namespace aidet::inference

#endif
