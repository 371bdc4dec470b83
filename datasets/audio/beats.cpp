#include <algorithm>
#include <cmath>
#include <numeric>

#include "datasets/audio/audio.h"
#include "datasets/audio/rhythm.h"
#include "datasets/audio/spectral_frames.h"

namespace tutti {
namespace {

constexpr double tightness = 100;

using Values = std::vector<double>;

std::int64_t size_of(const Values& values) { return static_cast<std::int64_t>(values.size()); }

/// Over their (sample) standard deviation.
Values normalized(Values onsets) {
  const auto n = static_cast<double>(onsets.size());
  const double mean = std::accumulate(onsets.begin(), onsets.end(), 0.0) / n;
  double squares = 0;
  for (const double x : onsets) squares += (x - mean) * (x - mean);
  const double stddev = std::sqrt(squares / (n - 1));
  for (double& x : onsets) x /= stddev;
  return onsets;
}

/// Smoothed by a bell of ± `period` frames, of standard deviation period / 32.
Values smoothed(const Values& onsets, std::int64_t period) {
  Values bell;
  for (auto k = -period; k <= period; ++k)
    bell.push_back(std::exp(-0.5 * std::pow(32.0 * static_cast<double>(k) / period, 2)));
  Values score(onsets.size());
  for (std::int64_t i = 0; i < size_of(onsets); ++i)
    for (auto k = std::max(-period, -i); k <= std::min(period, size_of(onsets) - 1 - i); ++k)
      score[i] += bell[k + period] * onsets[i + k];
  return score;
}

/// For each frame, the best sum of scores of beats that end there, and the beat before; negative:
/// none.
struct Path {
  Values sums;
  std::vector<std::int64_t> previous;
};

Path best_paths(const Values& score, std::int64_t period, LibrosaVersion version) {
  const auto shortest = static_cast<std::int64_t>(std::nearbyint(static_cast<double>(period) / 2));
  const double faint = 0.01 * *std::ranges::max_element(score);
  Values penalty;  // of a step of `shortest` … 2 * period frames
  for (auto step = shortest; step <= 2 * period; ++step)
    penalty.push_back(-tightness * std::pow(std::log(static_cast<double>(step) / period), 2));

  Path path{score, std::vector<std::int64_t>(score.size(), -1)};
  bool begun = false;
  for (std::int64_t i = 0; i < size_of(score); ++i) {
    double best = -HUGE_VAL;
    std::int64_t from = -1;
    for (auto step = shortest; step <= 2 * period; ++step) {
      const auto at = i - step;
      if (at < 0 && version == LibrosaVersion::v0_11) break;
      const double sum = penalty[step - shortest] + (at < 0 ? 0 : path.sums[at]);
      // Of equals 0.11 takes the nearest frame, 0.6 the farthest.
      if (sum > best || (sum == best && version == LibrosaVersion::v0_6)) {
        best = sum;
        from = at;
      }
    }
    if (best > -HUGE_VAL) path.sums[i] += best;
    begun = begun || score[i] >= faint;
    if (begun) path.previous[i] = from;
  }
  return path;
}

bool is_peak(const Values& values, std::int64_t i) {
  return i > 0 && values[i] > values[i - 1] &&
         (i + 1 == size_of(values) || values[i] >= values[i + 1]);
}

/// The last peak of at least half the peaks' median.
std::int64_t last_beat(const Values& sums, LibrosaVersion version) {
  Values peaks;
  for (std::int64_t i = 0; i < size_of(sums); ++i)
    if (is_peak(sums, i)) peaks.push_back(sums[i]);
  if (peaks.empty()) return size_of(sums) - 1;
  std::ranges::sort(peaks);
  const auto middle = peaks.size() / 2;
  const double median = peaks.size() % 2 ? peaks[middle] : (peaks[middle - 1] + peaks[middle]) / 2;
  for (auto i = size_of(sums) - 1; i >= 0; --i)
    if (is_peak(sums, i) &&
        (version == LibrosaVersion::v0_6 ? 2 * sums[i] > median : sums[i] >= median / 2))
      return i;
  return size_of(sums) - 1;
}

/// Scores of beats, each with half of its neighbors'.
Values with_neighbors(const Values& beats) {
  Values result(beats);
  for (std::size_t i = 0; i < beats.size(); ++i) {
    if (i > 0) result[i] += 0.5 * beats[i - 1];
    if (i + 1 < beats.size()) result[i] += 0.5 * beats[i + 1];
  }
  return result;
}

/// How many of the beats (frames, ascending) are left without faint ones at the ends, against half
/// the root mean square of the smoothed scores. In 0.11 beats before the first and behind the last
/// loud frame go, and the mean counts two values behind the last beat; in 0.6 beats go whose
/// smoothed score is faint, and one more at the end.
std::int64_t count_trimmed(const std::vector<std::int64_t>& beats, const Values& score,
                           LibrosaVersion version) {
  Values of_beats;
  for (const auto frame : beats) of_beats.push_back(score[frame]);
  const Values smooth = with_neighbors(of_beats);
  double squares = std::inner_product(smooth.begin(), smooth.end(), smooth.begin(), 0.0);
  auto count = static_cast<double>(beats.size());
  if (version == LibrosaVersion::v0_11) {
    squares += 0.25 * of_beats.back() * of_beats.back();
    count += 2;
  }
  const double threshold = 0.5 * std::sqrt(squares / count);
  const auto loud = [threshold](double value) { return value > threshold; };
  const Values& compared = version == LibrosaVersion::v0_6 ? smooth : score;
  const auto first = std::ranges::find_if(compared, loud) - compared.begin();
  const auto end = std::find_if(compared.rbegin(), compared.rend(), loud).base() - compared.begin();
  if (first >= end) return 0;
  if (version == LibrosaVersion::v0_6) return end - 1 - first;
  return std::ranges::count_if(beats, [&](auto frame) { return frame >= first && frame < end; });
}

}  // namespace

std::int64_t count_beats(const std::vector<double>& onsets, double tempo, LibrosaVersion version) {
  if (std::ranges::all_of(onsets, [](double x) { return x == 0; })) return 0;
  const auto period = static_cast<std::int64_t>(
      std::nearbyint(60.0 * song_rate / (static_cast<double>(frame_hop) * tempo)));
  const Values score = smoothed(normalized(onsets), period);
  const Path path = best_paths(score, period, version);
  std::vector<std::int64_t> beats;
  for (auto i = last_beat(path.sums, version); i >= 0; i = path.previous[i]) beats.push_back(i);
  std::ranges::reverse(beats);
  return count_trimmed(beats, score, version);
}

}  // namespace tutti
