#include "../targets.h"
#include "plan.h"

namespace aidet::forensics::AIDET_TARGET {
namespace {

struct Ops {
#if defined(AIDET_TARGET_AVX512)
  static constexpr int kLanes = 16;
#elif defined(AIDET_TARGET_AVX2)
  static constexpr int kLanes = 8;
#else
  static constexpr int kLanes = 4;
#endif
  typedef float V __attribute__((vector_size(4 * kLanes)));

  AIDET_OP V Load(const float* p) {
    V v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  AIDET_OP void Store(float* p, V v) { std::memcpy(p, &v, sizeof v); }

#if defined(AIDET_TARGET_AVX512)
  AIDET_OP V LoadPixels(const uint8_t* p) {
    return (V)_mm512_cvtepi32_ps(
        _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
  AIDET_OP V Low(V a, V b) {
    return (V)_mm512_permutex2var_ps(
        (__m512)a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        (__m512)b);
  }
  AIDET_OP V High(V a, V b) {
    return (V)_mm512_permutex2var_ps(
        (__m512)a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
        (__m512)b);
  }
#elif defined(AIDET_TARGET_AVX2)
  AIDET_OP V LoadPixels(const uint8_t* p) {
    return (V)_mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
  AIDET_OP V Low(V a, V b) {
    const __m256 x = _mm256_unpacklo_ps((__m256)a, (__m256)b),
                 y = _mm256_unpackhi_ps((__m256)a, (__m256)b);
    return (V)_mm256_permute2f128_ps(x, y, 0x20);
  }
  AIDET_OP V High(V a, V b) {
    const __m256 x = _mm256_unpacklo_ps((__m256)a, (__m256)b),
                 y = _mm256_unpackhi_ps((__m256)a, (__m256)b);
    return (V)_mm256_permute2f128_ps(x, y, 0x31);
  }
#else
  AIDET_OP V LoadPixels(const uint8_t* p) {
    uint32_t four;
    std::memcpy(&four, p, 4);
    const uint16x8_t wide = vmovl_u8(vcreate_u8(four));
    return (V)vcvtq_f32_u32(vmovl_u16(vget_low_u16(wide)));
  }
  AIDET_OP V Low(V a, V b) { return (V)vzip1q_f32((float32x4_t)a, (float32x4_t)b); }
  AIDET_OP V High(V a, V b) { return (V)vzip2q_f32((float32x4_t)a, (float32x4_t)b); }
#endif

  // kLanes x kLanes: each step interleaves a row with the one half the rows below it.
  AIDET_OP void Transpose(const float* from, float* to) {
    V v[kLanes], w[kLanes];
    for (int i = 0; i < kLanes; i++) v[i] = Load(from + i * kLanes);
    for (int step = 1; step < kLanes; step *= 2) {
      for (int i = 0; i < kLanes / 2; i++) {
        w[2 * i] = Low(v[i], v[i + kLanes / 2]);
        w[2 * i + 1] = High(v[i], v[i + kLanes / 2]);
      }
      for (int i = 0; i < kLanes; i++) v[i] = w[i];
    }
    for (int i = 0; i < kLanes; i++) Store(to + i * kLanes, v[i]);
  }
};

}  // namespace

void Spectrum(const GreyView& image, void* workspace, SpectrumOutput* out) {
  SpectrumPlan<Ops>::Run(image, workspace, out);
}

}  // namespace aidet::forensics::AIDET_TARGET
