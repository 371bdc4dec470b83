#pragma once
#include <array>
#include <complex>
#include <cstdint>
#include <vector>

#include "datasets/audio/audio.h"

namespace tutti {

/// One number of each of four transforms that run at once, side by side in a vector register. The
/// alignment is the same for every instruction set (see TUTTI_SIMD).
inline constexpr int lanes = 4;
using Lanes [[gnu::vector_size(lanes * sizeof(double)), gnu::aligned(16)]] = double;
using FloatLanes [[gnu::vector_size(lanes * sizeof(float))]] = float;

struct ComplexLanes {
  Lanes real, imaginary;
};

/// Four Fourier transforms of 1024 complex numbers at once: X[k] = Σ x[n] exp(-2πi k n / 1024).
/// Stockham's radix 4, http://wwwa.pikara.ne.jp/okojisan/otfft-en/stockham2.html
class Fourier {
 public:
  static constexpr std::int64_t size = 1024;

  Fourier();
  /// x [1024] becomes X.
  void transform(std::vector<ComplexLanes>& x);

 private:
  std::vector<std::complex<double>> turns_;  // exp(-2πi k / 1024)
  std::vector<ComplexLanes> work_;
};

/// Numbers for the bins k = 0 … 1024 of the spectra of four windows of 2048 samples.
struct Spectra {
  static constexpr std::int64_t window = 2 * Fourier::size, bins = Fourier::size + 1;
  static constexpr double hertz_per_bin = static_cast<double>(song_rate) / window;
  FloatLanes at[bins];
};

/// Computes magnitudes |X[k]| of windows of 2048 samples under a Hann window (periodic). They are
/// rounded where librosa's are, X to single precision and then its magnitude as NumPy does it: what
/// is called a peak of a flat spectrum hangs on that.
class SpectrumAnalyzer {
 public:
  SpectrumAnalyzer();
  /// Of four windows, each given by its first sample.
  void magnitudes(const std::array<const float*, lanes>& starts, Spectra& result);

 private:
  Fourier fourier_;
  std::vector<double> hann_;
  std::vector<std::complex<double>> turns_;  // exp(-2πi k / 2048) / 2i
  std::vector<ComplexLanes> packed_;
};

}  // namespace tutti
