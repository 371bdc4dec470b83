#include "datasets/spectrogram.h"

#include <stb/stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <kissfft/kissfft.hh>
#include <numbers>
#include <string>

#include "datasets/spectrogram_tree.h"
#include "engine/error.h"
#include "engine/files.h"
#include "engine/parallel.h"

namespace tutti {
namespace {

constexpr std::int64_t window_size = 2048, bins = window_size / 2 + 1;
constexpr double range_in_decibels = 80;

/// Slaney's mel scale: 3 mels every 200 Hz up to 1000 Hz, from there on 27 mels for a factor
/// of 6.4.
double mel_of(double hertz) {
  return hertz < 1000 ? hertz * 3 / 200 : 15 + 27 * std::log(hertz / 1000) / std::log(6.4);
}
double hertz_of(double mel) {
  return mel < 15 ? mel * 200 / 3 : 1000 * std::exp((mel - 15) / 27 * std::log(6.4));
}

/// A triangle over the spectrum's bins, zero outside [first, first + weights.size()).
struct MelBand {
  std::int64_t first = 0;
  std::vector<double> weights;
};

/// A triangle of area 1 (Slaney's norm) from `low` by `peak` to `high`, all in hertz.
MelBand triangle(double low, double peak, double high, double hertz_per_bin) {
  MelBand band{static_cast<std::int64_t>(std::ceil(low / hertz_per_bin)), {}};
  for (auto bin = band.first; bin < bins && bin * hertz_per_bin < high; ++bin) {
    const double hertz = bin * hertz_per_bin;
    const double height = std::min((hertz - low) / (peak - low), (high - hertz) / (high - peak));
    band.weights.push_back(height * 2 / (high - low));
  }
  return band;
}

/// Bands whose peaks lie evenly on the mel scale; each reaches to the peaks of its neighbours.
std::vector<MelBand> mel_bands(int sample_rate) {
  const double mel_step = mel_of(sample_rate / 2.0) / (picture_frequencies + 1);
  const double hertz_per_bin = static_cast<double>(sample_rate) / window_size;
  std::vector<MelBand> bands;
  for (std::int64_t i = 0; i < picture_frequencies; ++i)
    bands.push_back(triangle(hertz_of(i * mel_step), hertz_of((i + 1) * mel_step),
                             hertz_of((i + 2) * mel_step), hertz_per_bin));
  return bands;
}

std::vector<double> hann_window() {
  std::vector<double> window(window_size);
  for (std::int64_t i = 0; i < window_size; ++i)
    window[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / window_size);
  return window;
}

/// Power of the mel bands at one moment after another.
class MelAnalyzer {
 public:
  MelAnalyzer(const std::vector<float>& samples, int sample_rate)
      : samples_(samples), bands_(mel_bands(sample_rate)) {}

  /// Fills column `time` of `power` [127, 2900], low frequencies last.
  void analyze(std::int64_t time, std::vector<double>& power) {
    transform(time);
    for (std::int64_t i = 0; i < picture_frequencies; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < bands_[i].weights.size(); ++j)
        sum += bands_[i].weights[j] * spectrum_[bands_[i].first + j];
      power[(picture_frequencies - 1 - i) * picture_times + time] = sum;
    }
  }

 private:
  /// Power spectrum around the middle of the `time`th of 2900 equal parts of the samples.
  void transform(std::int64_t time) {
    const auto count = static_cast<std::int64_t>(samples_.size());
    const auto start = (2 * time + 1) * count / (2 * picture_times) - window_size / 2;
    for (std::int64_t i = 0; i < window_size; ++i) {
      const bool inside = start + i >= 0 && start + i < count;
      frame_[i] = inside ? window_[i] * samples_[start + i] : 0;
    }
    fourier_.transform_real(frame_.data(), coefficients_.data());
    // kissfft packs the real coefficients of the lowest and the highest bin into one number.
    const auto ends = coefficients_[0];
    for (std::int64_t bin = 1; bin < bins - 1; ++bin)
      spectrum_[bin] = std::norm(coefficients_[bin]);
    spectrum_.front() = ends.real() * ends.real();
    spectrum_.back() = ends.imag() * ends.imag();
  }

  const std::vector<float>& samples_;
  std::vector<MelBand> bands_;
  std::vector<double> window_ = hann_window();
  kissfft<double> fourier_{window_size / 2, false};
  std::vector<double> frame_ = std::vector<double>(window_size);
  std::vector<std::complex<double>> coefficients_ =
      std::vector<std::complex<double>>(window_size / 2);
  std::vector<double> spectrum_ = std::vector<double>(bins);
};

void check_input(const std::vector<float>& samples, int sample_rate) {
  if (sample_rate <= 0) throw Error("a sample rate of ", sample_rate, " Hz: it must be positive");
  const auto bad = std::ranges::find_if_not(samples, [](float x) { return std::isfinite(x); });
  if (bad != samples.end())
    throw Error("sample ", bad - samples.begin(), " is not a finite number");
}

}  // namespace

GreyPicture mel_spectrogram(const std::vector<float>& samples, int sample_rate) {
  check_input(samples, sample_rate);
  std::vector<double> power(picture_frequencies * picture_times);
  parallel_ranges(picture_times, 290, [&](std::int64_t begin, std::int64_t end) {
    MelAnalyzer analyzer(samples, sample_rate);
    for (auto time = begin; time < end; ++time) analyzer.analyze(time, power);
  });

  GreyPicture picture{picture_frequencies, picture_times, {}};
  picture.pixels.resize(power.size());
  const double loudest = *std::ranges::max_element(power);
  if (loudest == 0) return picture;
  std::ranges::transform(power, picture.pixels.begin(), [&](double value) {
    const double decibels = 10 * std::log10(value / loudest);
    return static_cast<std::uint8_t>(
        std::lround(255 * std::max(0.0, 1 + decibels / range_in_decibels)));
  });
  return picture;
}

void write_png(const std::filesystem::path& path, const GreyPicture& picture) {
  std::string file;
  const auto append = [](void* to, void* data, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data),
                                          static_cast<std::size_t>(size));
  };
  const auto width = static_cast<int>(picture.columns), height = static_cast<int>(picture.rows);
  if (!stbi_write_png_to_func(append, &file, width, height, 1, picture.pixels.data(), width))
    throw Error("cannot write ", path.string(), ": a picture of ", width, " x ", height,
                " pixels does not fit into memory");
  write_file(path, file);
}

}  // namespace tutti
