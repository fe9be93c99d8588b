// Vectors for the *_simd.cc files alone: kLanes groups of 128 bits, every shuffle inside its group,
// so that one source serves AVX2 (2 groups), AVX-512 (4) and NEON (1). Each of those files is
// compiled once per target.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(AIDET_TARGET_AVX512)
#include <immintrin.h>
#define AIDET_TARGET avx512
#elif defined(AIDET_TARGET_AVX2)
#include <immintrin.h>
#define AIDET_TARGET avx2
#elif defined(AIDET_TARGET_NEON)
#include <arm_neon.h>
#define AIDET_TARGET neon
#else
#error "compile *_simd.cc files with one of AIDET_TARGET_{AVX2,AVX512,NEON}"
#endif

namespace aidet::forensics::AIDET_TARGET {

#define AIDET_OP static inline __attribute__((always_inline))

#if defined(AIDET_TARGET_AVX512)

constexpr int kLanes = 4;
using Vec = __m512i;

AIDET_OP Vec Load(const void* p) { return _mm512_loadu_si512(p); }
AIDET_OP void Store(void* p, Vec v) { _mm512_storeu_si512(p, v); }
AIDET_OP Vec LoadU8AsI16(const uint8_t* p) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
// Unsigned saturation; 8 * kLanes bytes in order.
AIDET_OP void StoreI16AsU8(uint8_t* p, Vec v) {
  const __m512i zero = _mm512_setzero_si512();
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtusepi16_epi8(_mm512_max_epi16(v, zero)));
}
// Group k is the 8 bytes at a + 8 k and the 8 at b + 8 k.
AIDET_OP Vec LoadHalves(const uint8_t* a, const uint8_t* b) {
  const __m512i both = _mm512_inserti64x4(
      _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a))),
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)), 1);
  return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), both);
}
AIDET_OP void StoreHalves(uint8_t* a, uint8_t* b, Vec v) {
  const __m512i both = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), v);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(a), _mm512_castsi512_si256(both));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(b), _mm512_extracti64x4_epi64(both, 1));
}
// Group k is the 16 bytes at p + k * step.
AIDET_OP Vec LoadGroups(const uint8_t* p, int step) {
  Vec v = _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  v = _mm512_inserti32x4(v, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + step)), 1);
  v = _mm512_inserti32x4(v, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 2 * step)), 2);
  return _mm512_inserti32x4(v, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 3 * step)), 3);
}
AIDET_OP void StoreGroups(uint8_t* p, int step, Vec v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_castsi512_si128(v));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + step), _mm512_extracti32x4_epi32(v, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 2 * step), _mm512_extracti32x4_epi32(v, 2));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 3 * step), _mm512_extracti32x4_epi32(v, 3));
}
AIDET_OP Vec Spread(const uint8_t* group) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(group)));
}
AIDET_OP Vec Set16(int v) { return _mm512_set1_epi16(static_cast<int16_t>(v)); }
AIDET_OP Vec Set32(int v) { return _mm512_set1_epi32(v); }
AIDET_OP Vec Zero() { return _mm512_setzero_si512(); }
#define AIDET_BINARY(NAME, INTRINSIC) \
  AIDET_OP Vec NAME(Vec a, Vec b) { return _mm512_##INTRINSIC(a, b); }
AIDET_OP Vec And(Vec a, Vec b) { return _mm512_and_si512(a, b); }
AIDET_OP Vec Or(Vec a, Vec b) { return _mm512_or_si512(a, b); }
AIDET_OP Vec Xor(Vec a, Vec b) { return _mm512_xor_si512(a, b); }
// a where b > 0, -a where b < 0; b = 0 gives a.
AIDET_OP Vec Sign16(Vec a, Vec b) {
  return _mm512_mask_sub_epi16(a, _mm512_movepi16_mask(b), _mm512_setzero_si512(), a);
}
AIDET_OP Vec Abs16(Vec a) { return _mm512_abs_epi16(a); }
// sum + MulAdd16(a, b)
AIDET_OP Vec MulAddTo16(Vec sum, Vec a, Vec b) { return _mm512_dpwssd_epi32(sum, a, b); }
template <int N>
AIDET_OP Vec ShiftLeft16(Vec a) {
  return _mm512_slli_epi16(a, N);
}
template <int N>
AIDET_OP Vec ShiftRight16(Vec a) {
  return _mm512_srai_epi16(a, N);
}
template <int N>
AIDET_OP Vec ShiftRightU16(Vec a) {
  return _mm512_srli_epi16(a, N);
}
template <int N>
AIDET_OP Vec ShiftRight32(Vec a) {
  return _mm512_srai_epi32(a, N);
}
template <int N>
AIDET_OP Vec ShiftRightU32(Vec a) {
  return _mm512_srli_epi32(a, N);
}
template <int N>
AIDET_OP Vec ShiftRightU64(Vec a) {
  return _mm512_srli_epi64(a, N);
}

#elif defined(AIDET_TARGET_AVX2)

constexpr int kLanes = 2;
using Vec = __m256i;

AIDET_OP Vec Load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
AIDET_OP void Store(void* p, Vec v) { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }
AIDET_OP Vec LoadU8AsI16(const uint8_t* p) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
AIDET_OP void StoreI16AsU8(uint8_t* p, Vec v) {
  const __m128i packed =
      _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
}
AIDET_OP Vec LoadHalves(const uint8_t* a, const uint8_t* b) {
  const __m256i both = _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a))),
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)), 1);
  return _mm256_permute4x64_epi64(both, _MM_SHUFFLE(3, 1, 2, 0));
}
AIDET_OP void StoreHalves(uint8_t* a, uint8_t* b, Vec v) {
  const __m256i both = _mm256_permute4x64_epi64(v, _MM_SHUFFLE(3, 1, 2, 0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(a), _mm256_castsi256_si128(both));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(b), _mm256_extracti128_si256(both, 1));
}
AIDET_OP Vec LoadGroups(const uint8_t* p, int step) {
  const Vec v = _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  return _mm256_inserti128_si256(v, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + step)), 1);
}
AIDET_OP void StoreGroups(uint8_t* p, int step, Vec v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(v));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + step), _mm256_extracti128_si256(v, 1));
}
AIDET_OP Vec Spread(const uint8_t* group) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(group)));
}
AIDET_OP Vec Set16(int v) { return _mm256_set1_epi16(static_cast<int16_t>(v)); }
AIDET_OP Vec Set32(int v) { return _mm256_set1_epi32(v); }
AIDET_OP Vec Zero() { return _mm256_setzero_si256(); }
#define AIDET_BINARY(NAME, INTRINSIC) \
  AIDET_OP Vec NAME(Vec a, Vec b) { return _mm256_##INTRINSIC(a, b); }
AIDET_OP Vec And(Vec a, Vec b) { return _mm256_and_si256(a, b); }
AIDET_OP Vec Or(Vec a, Vec b) { return _mm256_or_si256(a, b); }
AIDET_OP Vec Xor(Vec a, Vec b) { return _mm256_xor_si256(a, b); }
// Used where b = 0 only goes with a = 0.
AIDET_OP Vec Sign16(Vec a, Vec b) { return _mm256_sign_epi16(a, b); }
AIDET_OP Vec Abs16(Vec a) { return _mm256_abs_epi16(a); }
AIDET_OP Vec MulAddTo16(Vec sum, Vec a, Vec b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
template <int N>
AIDET_OP Vec ShiftLeft16(Vec a) {
  return _mm256_slli_epi16(a, N);
}
template <int N>
AIDET_OP Vec ShiftRight16(Vec a) {
  return _mm256_srai_epi16(a, N);
}
template <int N>
AIDET_OP Vec ShiftRightU16(Vec a) {
  return _mm256_srli_epi16(a, N);
}
template <int N>
AIDET_OP Vec ShiftRight32(Vec a) {
  return _mm256_srai_epi32(a, N);
}
template <int N>
AIDET_OP Vec ShiftRightU32(Vec a) {
  return _mm256_srli_epi32(a, N);
}
template <int N>
AIDET_OP Vec ShiftRightU64(Vec a) {
  return _mm256_srli_epi64(a, N);
}

#endif

#if defined(AIDET_TARGET_AVX2) || defined(AIDET_TARGET_AVX512)

AIDET_BINARY(Add8, add_epi8)
AIDET_BINARY(Min8, min_epu8)
AIDET_BINARY(Max8, max_epu8)
AIDET_BINARY(SubSaturated8, subs_epu8)
AIDET_BINARY(SubSaturatedI8, subs_epi8)
AIDET_BINARY(Shuffle8, shuffle_epi8)
AIDET_BINARY(Add16, add_epi16)
AIDET_BINARY(Sub16, sub_epi16)
AIDET_BINARY(Min16, min_epi16)
AIDET_BINARY(Max16, max_epi16)
AIDET_BINARY(MulLow16, mullo_epi16)
AIDET_BINARY(MulHigh16, mulhi_epi16)
AIDET_BINARY(MulHighU16, mulhi_epu16)
// (a * b + 2^14) >> 15
AIDET_BINARY(MulRound16, mulhrs_epi16)
// a(2i) b(2i) + a(2i+1) b(2i+1)
AIDET_BINARY(MulAdd16, madd_epi16)
// Unsigned a, signed b.
AIDET_BINARY(MulAddU8, maddubs_epi16)
AIDET_BINARY(Add32, add_epi32)
AIDET_BINARY(Sub32, sub_epi32)
AIDET_BINARY(Add64, add_epi64)
AIDET_BINARY(Pack32, packs_epi32)
AIDET_BINARY(Pack16, packs_epi16)
AIDET_BINARY(Pack16AsU8, packus_epi16)
AIDET_BINARY(Low8, unpacklo_epi8)
AIDET_BINARY(High8, unpackhi_epi8)
AIDET_BINARY(Low16, unpacklo_epi16)
AIDET_BINARY(High16, unpackhi_epi16)
AIDET_BINARY(Low32, unpacklo_epi32)
AIDET_BINARY(High32, unpackhi_epi32)
AIDET_BINARY(Low64, unpacklo_epi64)
AIDET_BINARY(High64, unpackhi_epi64)
// Two 64-bit sums of |a - b| a group.
AIDET_BINARY(SumAbsDiff8, sad_epu8)

#else  // NEON

constexpr int kLanes = 1;
using Vec = uint8x16_t;

AIDET_OP int16x8_t S16(Vec v) { return vreinterpretq_s16_u8(v); }
AIDET_OP uint16x8_t U16(Vec v) { return vreinterpretq_u16_u8(v); }
AIDET_OP int32x4_t S32(Vec v) { return vreinterpretq_s32_u8(v); }
AIDET_OP uint32x4_t U32(Vec v) { return vreinterpretq_u32_u8(v); }
AIDET_OP uint64x2_t U64(Vec v) { return vreinterpretq_u64_u8(v); }
AIDET_OP Vec V(uint8x16_t v) { return v; }
AIDET_OP Vec V(int16x8_t v) { return vreinterpretq_u8_s16(v); }
AIDET_OP Vec V(uint16x8_t v) { return vreinterpretq_u8_u16(v); }
AIDET_OP Vec V(int32x4_t v) { return vreinterpretq_u8_s32(v); }
AIDET_OP Vec V(uint32x4_t v) { return vreinterpretq_u8_u32(v); }
AIDET_OP Vec V(uint64x2_t v) { return vreinterpretq_u8_u64(v); }

AIDET_OP Vec Load(const void* p) { return vld1q_u8(static_cast<const uint8_t*>(p)); }
AIDET_OP void Store(void* p, Vec v) { vst1q_u8(static_cast<uint8_t*>(p), v); }
AIDET_OP Vec LoadU8AsI16(const uint8_t* p) { return V(vmovl_u8(vld1_u8(p))); }
AIDET_OP void StoreI16AsU8(uint8_t* p, Vec v) { vst1_u8(p, vqmovun_s16(S16(v))); }
AIDET_OP Vec LoadHalves(const uint8_t* a, const uint8_t* b) {
  return vcombine_u8(vld1_u8(a), vld1_u8(b));
}
AIDET_OP void StoreHalves(uint8_t* a, uint8_t* b, Vec v) {
  vst1_u8(a, vget_low_u8(v));
  vst1_u8(b, vget_high_u8(v));
}
AIDET_OP Vec LoadGroups(const uint8_t* p, int) { return vld1q_u8(p); }
AIDET_OP void StoreGroups(uint8_t* p, int, Vec v) { vst1q_u8(p, v); }
AIDET_OP Vec Spread(const uint8_t* group) { return vld1q_u8(group); }
AIDET_OP Vec Set16(int v) { return V(vdupq_n_s16(static_cast<int16_t>(v))); }
AIDET_OP Vec Set32(int v) { return V(vdupq_n_s32(v)); }
AIDET_OP Vec Zero() { return vdupq_n_u8(0); }
AIDET_OP Vec And(Vec a, Vec b) { return vandq_u8(a, b); }
AIDET_OP Vec Or(Vec a, Vec b) { return vorrq_u8(a, b); }
AIDET_OP Vec Xor(Vec a, Vec b) { return veorq_u8(a, b); }
AIDET_OP Vec Sign16(Vec a, Vec b) {
  const int16x8_t mask = vshrq_n_s16(S16(b), 15);
  return V(vsubq_s16(veorq_s16(S16(a), mask), mask));
}
AIDET_OP Vec Abs16(Vec a) { return V(vabsq_s16(S16(a))); }
template <int N>
AIDET_OP Vec ShiftLeft16(Vec a) {
  return V(vshlq_n_s16(S16(a), N));
}
template <int N>
AIDET_OP Vec ShiftRight16(Vec a) {
  return V(vshrq_n_s16(S16(a), N));
}
template <int N>
AIDET_OP Vec ShiftRightU16(Vec a) {
  return V(vshrq_n_u16(U16(a), N));
}
template <int N>
AIDET_OP Vec ShiftRight32(Vec a) {
  return V(vshrq_n_s32(S32(a), N));
}
template <int N>
AIDET_OP Vec ShiftRightU32(Vec a) {
  return V(vshrq_n_u32(U32(a), N));
}
template <int N>
AIDET_OP Vec ShiftRightU64(Vec a) {
  return V(vshrq_n_u64(U64(a), N));
}
#define AIDET_BINARY(NAME, EXPRESSION) \
  AIDET_OP Vec NAME(Vec a, Vec b) { return V(EXPRESSION); }
AIDET_BINARY(Add8, vaddq_u8(a, b))
AIDET_BINARY(Min8, vminq_u8(a, b))
AIDET_BINARY(Max8, vmaxq_u8(a, b))
AIDET_BINARY(SubSaturated8, vqsubq_u8(a, b))
AIDET_BINARY(SubSaturatedI8,
             vreinterpretq_u8_s8(vqsubq_s8(vreinterpretq_s8_u8(a), vreinterpretq_s8_u8(b))))
// Places with the top bit set give 0, as vtbl's do beyond 15.
AIDET_BINARY(Shuffle8, vqtbl1q_u8(a, b))
AIDET_BINARY(Add16, vaddq_s16(S16(a), S16(b)))
AIDET_BINARY(Sub16, vsubq_s16(S16(a), S16(b)))
AIDET_BINARY(Min16, vminq_s16(S16(a), S16(b)))
AIDET_BINARY(Max16, vmaxq_s16(S16(a), S16(b)))
AIDET_BINARY(MulLow16, vmulq_s16(S16(a), S16(b)))
AIDET_BINARY(MulHigh16,
             vcombine_s16(vshrn_n_s32(vmull_s16(vget_low_s16(S16(a)), vget_low_s16(S16(b))), 16),
                          vshrn_n_s32(vmull_high_s16(S16(a), S16(b)), 16)))
AIDET_BINARY(MulHighU16,
             vcombine_u16(vshrn_n_u32(vmull_u16(vget_low_u16(U16(a)), vget_low_u16(U16(b))), 16),
                          vshrn_n_u32(vmull_high_u16(U16(a), U16(b)), 16)))
AIDET_BINARY(MulRound16, vqrdmulhq_s16(S16(a), S16(b)))
AIDET_BINARY(MulAdd16, vpaddq_s32(vmull_s16(vget_low_s16(S16(a)), vget_low_s16(S16(b))),
                                  vmull_high_s16(S16(a), S16(b))))
AIDET_OP Vec MulAddTo16(Vec sum, Vec a, Vec b) {
  return V(vaddq_s32(S32(sum), S32(MulAdd16(a, b))));
}
AIDET_OP Vec MulAddU8(Vec a, Vec b) {
  const int8x16_t sb = vreinterpretq_s8_u8(b);
  const int16x8_t low =
      vmulq_s16(vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(a))), vmovl_s8(vget_low_s8(sb)));
  const int16x8_t high = vmulq_s16(vreinterpretq_s16_u16(vmovl_high_u8(a)), vmovl_high_s8(sb));
  return V(vpaddq_s16(low, high));
}
AIDET_BINARY(Add32, vaddq_s32(S32(a), S32(b)))
AIDET_BINARY(Sub32, vsubq_s32(S32(a), S32(b)))
AIDET_BINARY(Add64, vaddq_u64(U64(a), U64(b)))
AIDET_BINARY(Pack32, vcombine_s16(vqmovn_s32(S32(a)), vqmovn_s32(S32(b))))
AIDET_BINARY(Pack16, vreinterpretq_u8_s8(vcombine_s8(vqmovn_s16(S16(a)), vqmovn_s16(S16(b)))))
AIDET_BINARY(Pack16AsU8, vcombine_u8(vqmovun_s16(S16(a)), vqmovun_s16(S16(b))))
AIDET_BINARY(Low8, vzip1q_u8(a, b))
AIDET_BINARY(High8, vzip2q_u8(a, b))
AIDET_BINARY(Low16, vzip1q_u16(U16(a), U16(b)))
AIDET_BINARY(High16, vzip2q_u16(U16(a), U16(b)))
AIDET_BINARY(Low32, vzip1q_u32(U32(a), U32(b)))
AIDET_BINARY(High32, vzip2q_u32(U32(a), U32(b)))
AIDET_BINARY(Low64, vzip1q_u64(U64(a), U64(b)))
AIDET_BINARY(High64, vzip2q_u64(U64(a), U64(b)))
AIDET_BINARY(SumAbsDiff8, vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vabdq_u8(a, b)))))

#endif

#undef AIDET_BINARY

constexpr int kBytes = 16 * kLanes;
constexpr int kWords = 8 * kLanes;

// The lower half of every 64 bits.
AIDET_OP Vec LowHalf64(Vec a) {
  alignas(16) static const uint32_t kMask[4] = {0xffffffffu, 0, 0xffffffffu, 0};
  return And(a, Spread(reinterpret_cast<const uint8_t*>(kMask)));
}

// All bits of the first `count` bytes, 0..kBytes.
AIDET_OP Vec FirstBytes(int count) {
  alignas(64) uint8_t mask[kBytes];
  for (int i = 0; i < kBytes; i++) mask[i] = i < count ? 0xff : 0;
  return Load(mask);
}
AIDET_OP void StoreFirst(void* p, Vec v, int count) {
  if (count >= kBytes) return Store(p, v);
  alignas(64) uint8_t bytes[kBytes];
  Store(bytes, v);
  std::memcpy(p, bytes, static_cast<size_t>(count));
}

// (a, b) as the two halves of every 32 bits: the constants of MulAdd16 after Low16/High16.
AIDET_OP Vec SetPair(int a, int b) {
  return Set32(
      static_cast<int>((static_cast<uint32_t>(b) << 16) | (static_cast<uint32_t>(a) & 0xffff)));
}

}  // namespace aidet::forensics::AIDET_TARGET
