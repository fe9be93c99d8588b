// The plan of the Welch spectrum, the same for every target; `Ops` gives the vector and how pixels
// are loaded.
//
// Two blocks a and b of the grid are transformed at once as z = a + i b. Only the sum of the
// periodograms is wanted, and |A(k)|^2 + |B(k)|^2 = (|Z(k)|^2 + |Z(-k)|^2) / 2, so nothing is
// untangled: |Z|^2 is summed and made symmetric once at the end. Both axes are transformed by
// decimation in frequency with radix 4 (J. W. Cooley and J. W. Tukey, 1965), lanes side by side,
// and the scrambled order of the results is undone once at the end as well.
#pragma once

#include <cmath>
#include <cstring>

#include "spectrum.h"

namespace aidet::forensics {

// cos and sin of -2 pi k j / n for j = 1, 2, 3.
struct Twiddle {
  float re[3];
  float im[3];
};

struct SpectrumTables {
  float window[kSpectrumSize];
  Twiddle twiddles[64 + 16 + 4];
};

struct SpectrumBuffers {
  SpectrumTables* tables;
  float* column;  // [256][lanes] re, then im
  float* plane;   // [256 / lanes][256][lanes] re, then im
  float* power;   // [256 / lanes][256][lanes], scrambled
};

constexpr size_t kPlaneFloats = size_t{kSpectrumSize} * kSpectrumSize;
constexpr int kSpectrumLanesMax = 16;

static inline size_t LayOutSpectrum(void* workspace, SpectrumBuffers* b) {
  auto* base = static_cast<uint8_t*>(workspace);
  size_t at = 0;
  const auto take = [&](size_t bytes) {
    uint8_t* p = base + at;
    at += (bytes + 63) / 64 * 64;
    return p;
  };
  b->tables = reinterpret_cast<SpectrumTables*>(take(sizeof(SpectrumTables)));
  b->column = reinterpret_cast<float*>(take(sizeof(float) * 2 * kSpectrumSize * kSpectrumLanesMax));
  b->plane = reinterpret_cast<float*>(take(sizeof(float) * 2 * kPlaneFloats));
  b->power = reinterpret_cast<float*>(take(sizeof(float) * kPlaneFloats));
  return at;
}

// The four base-4 digits of a place in reverse.
static inline int Unscramble(int i) {
  return (i & 3) << 6 | (i >> 2 & 3) << 4 | (i >> 4 & 3) << 2 | i >> 6;
}

// Where a target's own double-precision library calls could differ, tables come from one
// translation unit.
void FillSpectrumTables(SpectrumTables* tables);

template <class Ops>
class SpectrumPlan {
  using V = typename Ops::V;
  static constexpr int kL = Ops::kLanes;
  static constexpr int kN = kSpectrumSize;

 public:
  static void Run(const GreyView& image, void* workspace, SpectrumOutput* out) {
    SpectrumBuffers b;
    LayOutSpectrum(workspace, &b);
    FillSpectrumTables(b.tables);
    std::memset(b.power, 0, sizeof(float) * kPlaneFloats);
    const int columns = (image.width - kN) / kSpectrumHop + 1;
    const int count = columns * ((image.height - kN) / kSpectrumHop + 1);
    for (int i = 0; i < count; i += 2) {
      const uint8_t* first = Block(image, i, columns);
      const uint8_t* second = i + 1 < count ? Block(image, i + 1, columns) : nullptr;
      for (int x = 0; x < kN; x += kL) Columns(first, second, image.stride, x, b);
      for (int group = 0; group < kN / kL; group++) Rows(group, b);
    }
    out->blocks = count;
    Gather(b.power, 1.0f / (2.0f * static_cast<float>(count)), out->power);
    RadialProfile(out->power, out->radial);
  }

 private:
  static const uint8_t* Block(const GreyView& image, int i, int columns) {
    return image.data + static_cast<ptrdiff_t>(i / columns * kSpectrumHop) * image.stride +
           i % columns * kSpectrumHop;
  }

  struct C {
    V re, im;
  };
  static inline C Load(const float* re, const float* im, int row) {
    return {Ops::Load(re + row * kL), Ops::Load(im + row * kL)};
  }
  static inline void Store(float* re, float* im, int row, C c) {
    Ops::Store(re + row * kL, c.re);
    Ops::Store(im + row * kL, c.im);
  }
  static inline C Turn(C c, float wr, float wi) {
    return {c.re * wr - c.im * wi, c.re * wi + c.im * wr};
  }
  static inline void Butterfly(C& a, C& b, C& c, C& d) {
    const C t0{a.re + c.re, a.im + c.im}, t1{a.re - c.re, a.im - c.im};
    const C t2{b.re + d.re, b.im + d.im}, t3{b.im - d.im, d.re - b.re};
    a = {t0.re + t2.re, t0.im + t2.im};
    b = {t1.re + t3.re, t1.im + t3.im};
    c = {t0.re - t2.re, t0.im - t2.im};
    d = {t1.re - t3.re, t1.im - t3.im};
  }
  static inline void Twist(C& b, C& c, C& d, const Twiddle& w) {
    b = Turn(b, w.re[0], w.im[0]);
    c = Turn(c, w.re[1], w.im[1]);
    d = Turn(d, w.re[2], w.im[2]);
  }

  // One radix-4 stage over parts of length n of a column of 256.
  template <int n>
  static inline void Stage(float* re, float* im, const Twiddle* w) {
    constexpr int q = n / 4;
    for (int base = 0; base < kN; base += n) {
      for (int k = 0; k < q; k++) {
        const int at = base + k;
        C a = Load(re, im, at), b = Load(re, im, at + q), c = Load(re, im, at + 2 * q),
          d = Load(re, im, at + 3 * q);
        Butterfly(a, b, c, d);
        Twist(b, c, d, w[k]);
        Store(re, im, at, a), Store(re, im, at + q, b), Store(re, im, at + 2 * q, c);
        Store(re, im, at + 3 * q, d);
      }
    }
  }

  static inline C Pixel(const uint8_t* first, const uint8_t* second, V window_x, float window_y) {
    const V weight = window_x * window_y;
    const V a = (Ops::LoadPixels(first) - 128.0f) * weight;
    return {a, second == nullptr ? a - a : (Ops::LoadPixels(second) - 128.0f) * weight};
  }

  // kL columns from x on: window, transform along y, and turn the result on its side into the
  // plane.
  static void Columns(const uint8_t* first, const uint8_t* second, ptrdiff_t stride, int x,
                      const SpectrumBuffers& b) {
    constexpr int q = kN / 4;
    float* re = b.column;
    float* im = b.column + kN * kL;
    const float* window = b.tables->window;
    const V window_x = Ops::Load(window + x);
    for (int k = 0; k < q; k++) {
      C v[4];
      for (int i = 0; i < 4; i++) {
        const int y = k + i * q;
        v[i] = Pixel(first + y * stride + x, second == nullptr ? nullptr : second + y * stride + x,
                     window_x, window[y]);
      }
      Butterfly(v[0], v[1], v[2], v[3]);
      Twist(v[1], v[2], v[3], b.tables->twiddles[k]);
      for (int i = 0; i < 4; i++) Store(re, im, k + i * q, v[i]);
    }
    Stage<64>(re, im, b.tables->twiddles + 64);
    Stage<16>(re, im, b.tables->twiddles + 80);
    for (int at = 0; at < kN; at += 4) {
      C v0 = Load(re, im, at), v1 = Load(re, im, at + 1), v2 = Load(re, im, at + 2),
        v3 = Load(re, im, at + 3);
      Butterfly(v0, v1, v2, v3);
      Store(re, im, at, v0), Store(re, im, at + 1, v1), Store(re, im, at + 2, v2);
      Store(re, im, at + 3, v3);
    }
    for (int group = 0; group < kN / kL; group++) {
      float* to = b.plane + (static_cast<ptrdiff_t>(group) * kN + x) * kL;
      Ops::Transpose(re + group * kL * kL, to);
      Ops::Transpose(im + group * kL * kL, to + kPlaneFloats);
    }
  }

  // Transforms along x kL rows that lie side by side, and adds |Z|^2 to the power.
  static void Rows(int group, const SpectrumBuffers& b) {
    float* re = b.plane + static_cast<ptrdiff_t>(group) * kN * kL;
    float* im = re + kPlaneFloats;
    float* power = b.power + static_cast<ptrdiff_t>(group) * kN * kL;
    Stage<256>(re, im, b.tables->twiddles);
    Stage<64>(re, im, b.tables->twiddles + 64);
    Stage<16>(re, im, b.tables->twiddles + 80);
    for (int at = 0; at < kN; at += 4) {
      C v[4];
      for (int i = 0; i < 4; i++) v[i] = Load(re, im, at + i);
      Butterfly(v[0], v[1], v[2], v[3]);
      for (int i = 0; i < 4; i++) {
        float* p = power + (at + i) * kL;
        Ops::Store(p, Ops::Load(p) + (v[i].re * v[i].re + v[i].im * v[i].im));
      }
    }
  }

  static void Gather(const float* power, float scale, float* out) {
    const auto at = [&](int fy, int fx) {
      const int row = Unscramble(fy);
      return power[(static_cast<ptrdiff_t>(row / kL) * kN + Unscramble(fx)) * kL + row % kL];
    };
    for (int fy = 0; fy < kN; fy++) {
      for (int fx = 0; fx < kN; fx++) {
        out[fy * kN + fx] = (at(fy, fx) + at((kN - fy) % kN, (kN - fx) % kN)) * scale;
      }
    }
  }
};

}  // namespace aidet::forensics
