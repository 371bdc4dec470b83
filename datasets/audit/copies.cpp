#include "datasets/audit/copies.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "datasets/audit/sound_prints.h"
#include "datasets/fingerprint.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

constexpr std::int64_t least_overlap = 64, wrap = Fourier::size;
/// Mean agreement of a sign times the root of the frames in common: unrelated music stays
/// below 3.8.
constexpr double least_score = 5;
/// What the low frequencies that agreements() looks at leave of a score.
constexpr double screened = 0.7;

double score(double agreement, std::int64_t frames) {
  return agreement / (print_bands * std::sqrt(static_cast<double>(frames)));
}

bool is_silent(const Clips& clips, const Span& span) {
  const auto* const begin = clips.begin(span);
  return std::all_of(begin, begin + span.frames * clips.bands(),
                     [begin](std::uint8_t level) { return level == *begin; });
}

class CopyFinder {
 public:
  CopyFinder(const Clips& clips, const Progress& progress) : clips_(clips), progress_(progress) {}

  std::vector<Copy> find() {
    make_prints();
    const auto count = std::ssize(prints_);
    found_.resize(prints_.size());
    parallel_for(count, [&](std::int64_t i) {
      search(static_cast<std::size_t>(i));
      const std::lock_guard lock(mutex_);
      if (progress_) progress_(++done_, count);
    });
    std::vector<Copy> copies;
    for (const auto& of_clip : found_) copies.insert(copies.end(), of_clip.begin(), of_clip.end());
    return copies;
  }

 private:
  void make_prints() {
    std::int64_t longest = 1;
    for (const auto& span : clips_.spans) longest = std::max(longest, span.frames);
    const auto thin = (longest + longest_print - 1) / longest_print;
    thin_ = thin;
    prints_.resize(clips_.spans.size());
    spectra_.resize(prints_.size());
    hashes_.resize(prints_.size());
    parallel_for(std::ssize(prints_), [&](std::int64_t i) {
      const auto& span = clips_.spans[i];
      prints_[i] = sound_print(clips_.begin(span), span.frames, clips_.bands(), thin);
      Fourier fourier;
      spectra_[i] = print_spectrum(prints_[i], fourier);
      const auto bytes = static_cast<std::size_t>(span.frames * clips_.bands());
      if (!is_silent(clips_, span))
        hashes_[i] = fnv({reinterpret_cast<const char*>(clips_.begin(span)), bytes});
    });
  }

  /// Compares a clip with those behind it.
  void search(std::size_t i) {
    thread_local Fourier fourier;
    thread_local std::vector<ComplexLanes> sums;
    for (std::size_t first = i + 1; first < prints_.size(); first += 2 * lanes) {
      std::array<const PrintSpectrum*, 2 * lanes> others;
      for (std::size_t k = 0; k < others.size(); ++k)
        others[k] = &spectra_[std::min(first + k, spectra_.size() - 1)];
      agreements(spectra_[i], others, fourier, sums);
      for (std::size_t k = 0; k < others.size() && first + k < prints_.size(); ++k)
        compare(i, first + k, k, sums);
    }
  }

  void compare(std::size_t i, std::size_t j, std::size_t k, const std::vector<ComplexLanes>& sums) {
    Copy best{i, j, hashes_[i] != 0 && hashes_[i] == hashes_[j]};
    const auto a = prints_[i].frames, b = prints_[j].frames;
    double best_score = 0;
    for (std::int64_t at = 0; at < wrap; ++at) {
      const auto lane = static_cast<int>(k % lanes);
      const double sum = k < lanes ? sums[at].real[lane] : sums[at].imaginary[lane];
      if (sum <= 0) continue;
      const auto common = std::max(frames_in_common(a, b, at), frames_in_common(a, b, at - wrap));
      if (common < least_overlap || score(sum, common) < screened * least_score) continue;
      for (const auto lag : {at, at - wrap}) refine(lag, best, best_score);
    }
    if (best_score < least_score && !best.same_frames) return;
    if (best.same_frames) best = {i, j, true, 1, 0, 1};
    best.lag *= thin_;
    found_[i].push_back(best);
  }

  void refine(std::int64_t lag, Copy& best, double& best_score) const {
    const auto &a = prints_[best.first], &b = prints_[best.second];
    const auto common = frames_in_common(a.frames, b.frames, lag);
    if (common < least_overlap) return;
    const auto sum = static_cast<double>(agreement(a, b, lag));
    if (score(sum, common) <= best_score) return;
    best_score = score(sum, common);
    best.similarity = sum / static_cast<double>(print_bands * common);
    best.lag = lag;
    best.overlap = static_cast<double>(common) / static_cast<double>(std::min(a.frames, b.frames));
  }

  const Clips& clips_;
  const Progress& progress_;
  std::int64_t thin_ = 1, done_ = 0;
  std::vector<SoundPrint> prints_;
  std::vector<PrintSpectrum> spectra_;
  std::vector<std::uint64_t> hashes_;  // of the frames; 0 for silent clips
  std::vector<std::vector<Copy>> found_;
  std::mutex mutex_;
};

}  // namespace

std::vector<Copy> find_copies(const Clips& clips, const Progress& progress) {
  return CopyFinder(clips, progress).find();
}

}  // namespace tutti
