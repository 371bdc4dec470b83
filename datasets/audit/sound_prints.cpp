#include "datasets/audit/sound_prints.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/support/simd.h"

namespace tutti {
namespace {

constexpr std::int64_t pooled_rows = print_bands + 1, smoothing = 21, bins_a_block = 16;
using Bands = std::array<double, pooled_rows>;

/// Levels of 17 bands, the picture's rows averaged but for the lowest and highest, low ones first.
std::vector<Bands> pool(const std::uint8_t* levels, std::int64_t frames, std::int64_t bands,
                        std::int64_t thin) {
  std::array<std::int64_t, pooled_rows + 1> edges;
  for (std::int64_t i = 0; i <= pooled_rows; ++i)
    edges[i] = std::lround(static_cast<double>(bands) * (4 + 96.0 * i / pooled_rows) / 128);
  std::vector<Bands> result(static_cast<std::size_t>(frames / thin));
  for (std::size_t t = 0; t < result.size(); ++t)
    for (std::int64_t i = 0; i < pooled_rows; ++i) {
      std::int64_t sum = 0;
      for (std::int64_t j = 0; j < thin; ++j) {
        const auto* const frame = levels + (static_cast<std::int64_t>(t) * thin + j) * bands;
        for (auto row = edges[i]; row < edges[i + 1]; ++row) sum += frame[bands - 1 - row];
      }
      const auto count = std::max<std::int64_t>(1, edges[i + 1] - edges[i]) * thin;
      result[t][i] = static_cast<double>(sum) / static_cast<double>(count);
    }
  return result;
}

/// A Hann window without its zeros.
std::array<double, smoothing> weights() {
  std::array<double, smoothing> result;
  for (std::int64_t i = 0; i < smoothing; ++i)
    result[i] =
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i + 1) / (smoothing + 1));
  return result;
}

TUTTI_SIMD void correlate(const PrintSpectrum& a, const PrintSpectrum& b, float* real,
                          float* imaginary) {
  for (std::int64_t block = 0; block < print_bins / bins_a_block; ++block) {
    const auto& [ar, ai] = a.blocks[block];
    const auto& [br, bi] = b.blocks[block];
    PrintSpectrum::Bins re{}, im{};
    for (std::int64_t band = 0; band < print_bands; ++band) {
      re += ar[band] * br[band] + ai[band] * bi[band];
      im += ai[band] * br[band] - ar[band] * bi[band];
    }
    for (std::int64_t i = 0; i < bins_a_block; ++i) {
      real[block * bins_a_block + i] = re[i];
      imaginary[block * bins_a_block + i] = im[i];
    }
  }
}

}  // namespace

SoundPrint sound_print(const std::uint8_t* levels, std::int64_t frames, std::int64_t bands,
                       std::int64_t thin) {
  static const auto hann = weights();
  const auto pooled_levels = pool(levels, frames, bands, thin);
  std::vector<Bands> smooth;
  for (std::size_t t = 0; t + smoothing <= pooled_levels.size(); ++t) {
    Bands sum{};
    for (std::int64_t i = 0; i < smoothing; ++i)
      for (std::int64_t b = 0; b < pooled_rows; ++b) sum[b] += hann[i] * pooled_levels[t + i][b];
    smooth.push_back(sum);
  }
  SoundPrint print;
  print.frames = std::max<std::int64_t>(0, std::ssize(smooth) - 1);
  for (std::int64_t t = 0; t < print.frames; ++t)
    for (std::int64_t b = 0; b < print_bands; ++b) {
      const double rise = smooth[t + 1][b] - smooth[t + 1][b + 1] - smooth[t][b] + smooth[t][b + 1];
      constexpr double nothing = 1e-9;
      print.signs.push_back(static_cast<std::int8_t>((rise > nothing) - (rise < -nothing)));
    }
  return print;
}

std::int64_t agreement(const SoundPrint& a, const SoundPrint& b, std::int64_t lag) {
  const auto first = std::max<std::int64_t>(0, lag);
  const auto count = frames_in_common(a.frames, b.frames, lag) * print_bands;
  const auto* const x = a.signs.data() + first * print_bands;
  const auto* const y = b.signs.data() + (first - lag) * print_bands;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += x[i] * y[i];
  return sum;
}

PrintSpectrum print_spectrum(const SoundPrint& print, Fourier& fourier) {
  PrintSpectrum spectrum{std::vector<PrintSpectrum::Block>(print_bins / bins_a_block)};
  std::vector<ComplexLanes> work(Fourier::size);
  for (std::int64_t band = 0; band < print_bands; band += lanes) {
    std::ranges::fill(work, ComplexLanes{});
    for (std::int64_t t = 0; t < print.frames; ++t)
      for (int lane = 0; lane < lanes; ++lane)
        work[t].real[lane] = print.signs[t * print_bands + band + lane];
    fourier.transform(work);
    for (std::int64_t k = 0; k < print_bins; ++k)
      for (int lane = 0; lane < lanes; ++lane) {
        auto& block = spectrum.blocks[k / bins_a_block];
        block.real[band + lane][k % bins_a_block] = static_cast<float>(work[k].real[lane]);
        block.imaginary[band + lane][k % bins_a_block] =
            static_cast<float>(work[k].imaginary[lane]);
      }
  }
  return spectrum;
}

void agreements(const PrintSpectrum& a, const std::array<const PrintSpectrum*, 2 * lanes>& b,
                Fourier& fourier, std::vector<ComplexLanes>& result) {
  // The transform of x + i y, of which x and y are real, is X + i Y at every frequency, negative
  // ones too. A forward transform of it is the inverse one backwards, 1024 times as large.
  constexpr auto n = Fourier::size;
  std::array<float, print_bins> xr, xi, yr, yi;
  result.assign(static_cast<std::size_t>(n), ComplexLanes{});
  for (int lane = 0; lane < lanes; ++lane) {
    correlate(a, *b[lane], xr.data(), xi.data());
    correlate(a, *b[lanes + lane], yr.data(), yi.data());
    for (std::int64_t k = 0; k < print_bins; ++k) {
      result[k].real[lane] = (xr[k] - yi[k]) / n;
      result[k].imaginary[lane] = (xi[k] + yr[k]) / n;
      if (k == 0) continue;
      result[n - k].real[lane] = (xr[k] + yi[k]) / n;
      result[n - k].imaginary[lane] = (yr[k] - xi[k]) / n;
    }
  }
  fourier.transform(result);
  std::reverse(result.begin() + 1, result.end());
}

}  // namespace tutti
