#include "datasets/audio/fourier.h"

#include <cmath>
#include <numbers>

#include "kernels/support/simd.h"

namespace tutti {
namespace {

/// exp(-2πi k / n)
std::complex<double> root(std::int64_t k, std::int64_t n) {
  const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

/// (re + i im) w
inline void turn(ComplexLanes& to, const Lanes& re, const Lanes& im,
                 const std::complex<double>& w) {
  to.real = re * w.real() - im * w.imag();
  to.imaginary = re * w.imag() + im * w.real();
}

/// A pass: transforms of n become 4 of n / 4 each; `stride` of them lie interleaved.
TUTTI_SIMD void radix4(const ComplexLanes* x, ComplexLanes* y, std::int64_t n, std::int64_t stride,
                       const std::complex<double>* turns) {
  const std::int64_t quarter = n / 4 * stride;
  for (std::int64_t p = 0; p < quarter; p += stride) {
    const auto w1 = turns[p], w2 = turns[2 * p], w3 = turns[3 * p];
    for (std::int64_t q = 0; q < stride; ++q) {
      const ComplexLanes& a = x[p + q];
      const ComplexLanes& b = x[p + q + quarter];
      const ComplexLanes& c = x[p + q + 2 * quarter];
      const ComplexLanes& d = x[p + q + 3 * quarter];
      ComplexLanes* const to = y + 4 * p + q;
      const Lanes sum_re = a.real + c.real, sum_im = a.imaginary + c.imaginary;
      const Lanes difference_re = a.real - c.real, difference_im = a.imaginary - c.imaginary;
      const Lanes other_re = b.real + d.real, other_im = b.imaginary + d.imaginary;
      const Lanes turned_re = d.imaginary - b.imaginary, turned_im = b.real - d.real;  // i (b - d)
      to[0] = {sum_re + other_re, sum_im + other_im};
      turn(to[stride], difference_re - turned_re, difference_im - turned_im, w1);
      turn(to[2 * stride], sum_re - other_re, sum_im - other_im, w2);
      turn(to[3 * stride], difference_re + turned_re, difference_im + turned_im, w3);
    }
  }
}

TUTTI_SIMD void pack(const std::array<const float*, lanes>& starts, const double* hann,
                     ComplexLanes* packed) {
  for (std::int64_t i = 0; i < Fourier::size; ++i)
    for (int lane = 0; lane < lanes; ++lane) {
      packed[i].real[lane] = hann[2 * i] * starts[lane][2 * i];
      packed[i].imaginary[lane] = hann[2 * i + 1] * starts[lane][2 * i + 1];
    }
}

/// |re + i im| as NumPy computes it: larger * sqrt(1 + (smaller / larger)²).
inline void magnitude(const Lanes& re, const Lanes& im, FloatLanes& result) {
  const auto real = __builtin_convertvector(re < 0 ? -re : re, FloatLanes);
  const auto imaginary = __builtin_convertvector(im < 0 ? -im : im, FloatLanes);
  const FloatLanes larger = real > imaginary ? real : imaginary;
  const FloatLanes smaller = real > imaginary ? imaginary : real;
  const auto ratio = __builtin_convertvector(smaller / (larger > 0 ? larger : 1), Lanes);
  const auto square = __builtin_convertvector(1 + ratio * ratio, FloatLanes);
  for (int lane = 0; lane < lanes; ++lane) result[lane] = larger[lane] * std::sqrt(square[lane]);
}

/// Of z = even + i odd samples: X[k] = E[k] + O[k] and X[1024 - k] = conj(E[k] - O[k]), where
/// E[k] = (Z[k] + conj Z[1024 - k]) / 2 and
/// O[k] = exp(-2πi k / 2048) (Z[k] - conj Z[1024 - k]) / 2i.
TUTTI_SIMD void unpack(const ComplexLanes* z, const std::complex<double>* turns, FloatLanes* x) {
  magnitude(z[0].real + z[0].imaginary, Lanes{}, x[0]);
  magnitude(z[0].real - z[0].imaginary, Lanes{}, x[Fourier::size]);
  for (std::int64_t k = 1; k <= Fourier::size / 2; ++k) {
    const ComplexLanes &a = z[k], &b = z[Fourier::size - k];
    const ComplexLanes even{0.5 * (a.real + b.real), 0.5 * (a.imaginary - b.imaginary)};
    ComplexLanes odd;
    turn(odd, a.real - b.real, a.imaginary + b.imaginary, turns[k]);
    magnitude(even.real + odd.real, even.imaginary + odd.imaginary, x[k]);
    magnitude(even.real - odd.real, even.imaginary - odd.imaginary, x[Fourier::size - k]);
  }
}

}  // namespace

Fourier::Fourier() : work_(size) {
  for (std::int64_t k = 0; k < size; ++k) turns_.push_back(root(k, size));
}

void Fourier::transform(std::vector<ComplexLanes>& x) {
  for (std::int64_t n = size, stride = 1; n > 1; n /= 4, stride *= 4) {
    radix4(x.data(), work_.data(), n, stride, turns_.data());
    x.swap(work_);
  }
}

SpectrumAnalyzer::SpectrumAnalyzer() : packed_(Fourier::size) {
  for (std::int64_t i = 0; i < Spectra::window; ++i)
    hann_.push_back(0.5 - 0.5 * root(i, Spectra::window).real());
  for (std::int64_t k = 0; k < Fourier::size; ++k)
    turns_.push_back(root(k, Spectra::window) * std::complex(0.0, -0.5));
}

void SpectrumAnalyzer::magnitudes(const std::array<const float*, lanes>& starts, Spectra& result) {
  pack(starts, hann_.data(), packed_.data());
  fourier_.transform(packed_);
  unpack(packed_.data(), turns_.data(), result.at);
}

}  // namespace tutti
