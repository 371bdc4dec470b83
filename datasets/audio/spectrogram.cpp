#include "datasets/audio/spectrogram.h"

#include <stb/stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "datasets/spectrogram_tree.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

constexpr double range_in_decibels = 80;

/// Zeros, half a window of them at each end, around the samples.
std::vector<float> padded(const std::vector<float>& samples) {
  std::vector<float> result(samples.size() + Spectra::window);
  std::ranges::copy(samples, result.begin() + Spectra::window / 2);
  return result;
}

/// Power of frequency bands at one moment after another.
class BandAnalyzer {
 public:
  BandAnalyzer(const std::vector<float>& padded_samples, const std::vector<FrequencyBand>& bands)
      : samples_(padded_samples), bands_(bands) {}

  /// Fills columns [time, time + lanes) of `power` [127, 2900], low frequencies last.
  void analyze(std::int64_t time, std::vector<double>& power) {
    analyzer_.magnitudes({window(time), window(time + 1), window(time + 2), window(time + 3)},
                         spectra_);
    for (std::int64_t i = 0; i < picture_frequencies; ++i) {
      const auto of_band = bands_[i].power(spectra_);
      for (int lane = 0; lane < lanes; ++lane)
        power[(picture_frequencies - 1 - i) * picture_times + time + lane] = of_band[lane];
    }
  }

 private:
  /// The window around the middle of the `time`th of 2900 equal parts of the samples.
  const float* window(std::int64_t time) const {
    const auto count = static_cast<std::int64_t>(samples_.size()) - Spectra::window;
    return samples_.data() + (2 * time + 1) * count / (2 * picture_times);
  }

  const std::vector<float>& samples_;
  const std::vector<FrequencyBand>& bands_;
  SpectrumAnalyzer analyzer_;
  Spectra spectra_;
};
static_assert(picture_times % lanes == 0);

void check_input(const std::vector<float>& samples, int sample_rate) {
  if (sample_rate <= 0) throw Error("a sample rate of ", sample_rate, " Hz: it must be positive");
  const auto bad = std::ranges::find_if_not(samples, [](float x) { return std::isfinite(x); });
  if (bad != samples.end())
    throw Error("sample ", bad - samples.begin(), " is not a finite number");
}

}  // namespace

GrayPicture log_spectrogram(const std::vector<float>& samples, int sample_rate,
                            FrequencyScale scale) {
  check_input(samples, sample_rate);
  const auto sound = padded(samples);
  const auto bands = frequency_bands(scale, picture_frequencies, sample_rate);
  std::vector<double> power(picture_frequencies * picture_times);
  parallel_ranges(picture_times / lanes, 73, [&](std::int64_t begin, std::int64_t end) {
    BandAnalyzer analyzer(sound, bands);
    for (auto block = begin; block < end; ++block) analyzer.analyze(block * lanes, power);
  });

  GrayPicture picture{picture_frequencies, picture_times, {}};
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

void write_png(const std::filesystem::path& path, const GrayPicture& picture) {
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
