#include "datasets/audio/song_statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/audio/fourier.h"
#include "kernels/support/error.h"
#include "kernels/support/simd.h"

namespace tutti {
namespace {

constexpr std::int64_t pooled_bands = 40, kept_coefficients = 20, modulation_octaves = 7;
constexpr std::int64_t modulation_window = 256, window_hop = 128;
constexpr std::int64_t bins_a_period =
    Fourier::size / modulation_window;  // windows are padded by zeros
using std::numbers::pi;

/// Rows of numbers, one after another: [frames][columns].
struct Matrix {
  std::int64_t rows, columns;
  std::vector<double> values = std::vector<double>(static_cast<std::size_t>(rows * columns));
  double* row(std::int64_t i) { return values.data() + i * columns; }
  const double* row(std::int64_t i) const { return values.data() + i * columns; }
};

/// to[c] = Σ from[b] weights[b][c]
TUTTI_SIMD void weigh(const std::uint8_t* from, std::int64_t count, const Matrix& weights,
                      double* to) {
  for (std::int64_t b = 0; b < count; ++b) {
    const double level = from[b];
    const double* const row = weights.row(b);
    for (std::int64_t c = 0; c < weights.columns; ++c) to[c] += level * row[c];
  }
}

/// For a picture's bands, high ones first, the weights of 40 bands, low ones first: each the mean
/// of an equal share of the rows.
Matrix pooling(std::int64_t bands) {
  Matrix weights{bands, pooled_bands};
  const double share = static_cast<double>(bands) / pooled_bands;
  for (std::int64_t b = 0; b < bands; ++b)
    for (std::int64_t c = 0; c < pooled_bands; ++c) {
      const auto low = static_cast<double>(bands - 1 - b);
      const double overlap = std::min(low + 1, share * static_cast<double>(c + 1)) -
                             std::max(low, share * static_cast<double>(c));
      weights.row(b)[c] = std::max(0.0, overlap) / share;
    }
  return weights;
}

/// The orthonormal DCT-II over a picture's bands, the lowest of which comes last.
Matrix cosines(std::int64_t bands) {
  Matrix weights{bands, kept_coefficients};
  const auto n = static_cast<double>(bands);
  for (std::int64_t b = 0; b < bands; ++b)
    for (std::int64_t k = 0; k < kept_coefficients; ++k)
      weights.row(b)[k] =
          std::sqrt((k == 0 ? 1 : 2) / n) *
          std::cos(pi * static_cast<double>(k * (2 * (bands - 1 - b) + 1)) / (2 * n));
  return weights;
}

Matrix weighed(const std::uint8_t* levels, std::int64_t frames, const Matrix& weights) {
  Matrix result{frames, weights.columns};
  for (std::int64_t t = 0; t < frames; ++t)
    weigh(levels + t * weights.rows, weights.rows, weights, result.row(t));
  return result;
}

/// Subtracts from each column its mean, and returns the means.
std::vector<double> centered(Matrix& x) {
  std::vector<double> means(static_cast<std::size_t>(x.columns));
  for (std::int64_t t = 0; t < x.rows; ++t)
    for (std::int64_t c = 0; c < x.columns; ++c) means[c] += x.row(t)[c];
  for (double& mean : means) mean /= static_cast<double>(x.rows);
  for (std::int64_t t = 0; t < x.rows; ++t)
    for (std::int64_t c = 0; c < x.columns; ++c) x.row(t)[c] -= means[c];
  return means;
}

TUTTI_SIMD void add_products(const double* row, double* sums) {
  for (std::int64_t i = 0; i < kept_coefficients; ++i)
    for (std::int64_t j = 0; j < kept_coefficients; ++j)
      sums[i * kept_coefficients + j] += row[i] * row[j];
}

/// The covariances of the columns, i <= j. Centers them.
void append_covariances(Matrix x, std::vector<double>& to) {
  centered(x);
  std::vector<double> sums(kept_coefficients * kept_coefficients);
  for (std::int64_t t = 0; t < x.rows; ++t) add_products(x.row(t), sums.data());
  for (std::int64_t i = 0; i < kept_coefficients; ++i)
    for (std::int64_t j = i; j < kept_coefficients; ++j)
      to.push_back(sums[i * kept_coefficients + j] /
                   static_cast<double>(std::max<std::int64_t>(1, x.rows)));
}

Matrix differences(const Matrix& x) {
  Matrix result{std::max<std::int64_t>(0, x.rows - 1), x.columns};
  for (std::size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = x.values[i + x.columns] - x.values[i];
  return result;
}

/// The mean magnitude of each octave of four bands from `band` on, in a window of `length` frames.
class Modulation {
 public:
  explicit Modulation(std::int64_t frames) : length_(std::min(modulation_window, frames)) {
    for (std::int64_t i = 0; i < length_; ++i)
      hann_.push_back((0.5 - 0.5 * std::cos(2 * pi * static_cast<double>(i) / length_)) *
                      static_cast<double>(modulation_window) / static_cast<double>(length_));
  }

  /// Of all windows, of bands [frames][40]: [40][7].
  Matrix operator()(const Matrix& bands) {
    Matrix sums{pooled_bands, modulation_octaves};
    double windows = 0;
    for (std::int64_t first = 0; first + length_ <= bands.rows; first += window_hop, ++windows)
      for (std::int64_t band = 0; band < pooled_bands; band += lanes) add(bands, first, band, sums);
    for (double& sum : sums.values) sum = std::log1p(sum / windows);
    return sums;
  }

 private:
  void add(const Matrix& bands, std::int64_t first, std::int64_t band, Matrix& sums) {
    std::ranges::fill(work_, ComplexLanes{});
    Lanes mean{};
    for (std::int64_t i = 0; i < length_; ++i)
      for (int lane = 0; lane < lanes; ++lane) {
        work_[i].real[lane] = bands.row(first + i)[band + lane];
        mean[lane] += work_[i].real[lane] / static_cast<double>(length_);
      }
    for (std::int64_t i = 0; i < length_; ++i) work_[i].real = (work_[i].real - mean) * hann_[i];
    fourier_.transform(work_);
    for (std::int64_t octave = 0; octave < modulation_octaves; ++octave) {
      const auto begin = bins_a_period << octave;
      const auto end = octave == modulation_octaves - 1 ? Fourier::size / 2 + 1 : 2 * begin;
      for (int lane = 0; lane < lanes; ++lane) {
        double sum = 0;
        for (auto k = begin; k < end; ++k)
          sum += std::hypot(work_[k].real[lane], work_[k].imaginary[lane]);
        sums.row(band + lane)[octave] += sum / static_cast<double>(end - begin);
      }
    }
  }

  Fourier fourier_;
  std::int64_t length_;
  std::vector<double> hann_;
  std::vector<ComplexLanes> work_ = std::vector<ComplexLanes>(Fourier::size);
};
static_assert(pooled_bands % lanes == 0);

std::vector<std::string> make_names() {
  std::vector<std::string> names;
  const auto number = [](std::int64_t i) { return std::to_string(i + 1); };
  for (const char* name : {"mel_mean", "mel_std"})
    for (std::int64_t i = 0; i < pooled_bands; ++i) names.push_back(name + number(i));
  for (std::int64_t i = 0; i < pooled_bands; ++i)
    for (std::int64_t j = 0; j < modulation_octaves; ++j)
      names.push_back("modulation" + number(i) + '_' + number(j));
  for (std::int64_t i = 0; i < kept_coefficients; ++i) names.push_back("mfcc_mean" + number(i));
  for (const char* name : {"mfcc_covariance", "mfcc_difference_covariance"})
    for (std::int64_t i = 0; i < kept_coefficients; ++i)
      for (std::int64_t j = i; j < kept_coefficients; ++j)
        names.push_back(name + number(i) + '_' + number(j));
  return names;
}

}  // namespace

const std::vector<std::string>& statistic_names() {
  static const auto names = make_names();
  return names;
}

std::vector<double> song_statistics(const std::uint8_t* levels, std::int64_t frames,
                                    std::int64_t bands) {
  if (frames < 1) throw Error("has no frame; statistics need one");
  if (bands < pooled_bands)
    throw Error("has ", bands, " bands of frequencies; statistics need at least ", pooled_bands);
  Matrix mel = weighed(levels, frames, pooling(bands));
  const Matrix modulation = Modulation(frames)(mel);

  std::vector<double> statistics = centered(mel);
  for (std::int64_t c = 0; c < pooled_bands; ++c) {
    double sum = 0;
    for (std::int64_t t = 0; t < frames; ++t) sum += mel.row(t)[c] * mel.row(t)[c];
    statistics.push_back(std::sqrt(sum / static_cast<double>(frames)));
  }
  statistics.insert(statistics.end(), modulation.values.begin(), modulation.values.end());

  Matrix cepstra = weighed(levels, frames, cosines(bands));
  const Matrix steps = differences(cepstra);
  const auto means = centered(cepstra);
  statistics.insert(statistics.end(), means.begin(), means.end());
  append_covariances(std::move(cepstra), statistics);
  append_covariances(steps, statistics);
  return statistics;
}

}  // namespace tutti
