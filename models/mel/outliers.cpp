#include "models/mel/outliers.h"

#include <algorithm>

#include "datasets/audio/mel_picture.h"
#include "datasets/audio/synth/not_music.h"
#include "datasets/picture.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

constexpr double longest = 30;  // seconds of a mel picture

/// The labels as probabilities [M, B, classes].
Tensor one_hot(const MemberBatch& batch, std::int64_t members, std::int64_t classes) {
  const auto rows = std::ssize(batch.labels);
  std::vector<float> targets(static_cast<std::size_t>(rows * classes));
  for (std::int64_t i = 0; i < rows; ++i)
    targets[static_cast<std::size_t>(i * classes + batch.labels[static_cast<std::size_t>(i)])] = 1;
  return Tensor::from({members, rows / members, classes}, targets);
}

template <class T>
void copy_example(const Tensor& from, std::int64_t row, Tensor& to, std::int64_t place) {
  const std::int64_t size = from.size() / from.dim(0);
  std::copy_n(from.data<T>() + row * size, size, to.data<T>() + place * size);
}

}  // namespace

Augment with_outliers(const Outliers& outliers, std::int64_t classes, Augment before) {
  if (outliers.share == 0) return before;
  return [outliers, classes, before](MemberBatch& batch, std::vector<RandomStream>& members) {
    if (before) before(batch, members);
    const auto count = std::ssize(members), each = std::ssize(batch.labels) / count;
    if (!batch.targets.defined()) batch.targets = one_hot(batch, count, classes);
    for (std::int64_t i = 0; i < count * each; ++i) {
      auto& random = members[static_cast<std::size_t>(i / each)];
      if (random.uniform() >= outliers.share) continue;
      const auto which = random.below(outliers.x.dim(0));
      if (batch.x.dtype() == DType::uint8)
        copy_example<std::uint8_t>(outliers.x, which, batch.x, i);
      else
        copy_example<float>(outliers.x, which, batch.x, i);
      std::fill_n(batch.targets.data<float>() + i * classes, classes,
                  1 / static_cast<float>(classes));
    }
  };
}

Tensor not_music_windows(std::int64_t n, std::int64_t frames) {
  constexpr std::int64_t bands = mel_picture_bands;
  constexpr std::uint64_t seed = 54;
  const double seconds = longest * std::min(1.0, static_cast<double>(frames) / mel_picture_columns);
  Tensor windows = Tensor::empty({n, frames, bands}, DType::uint8, Device::cpu);
  auto* const levels = windows.data<std::uint8_t>();
  parallel_for(n, [&](std::int64_t i) {
    const GrayPicture picture = mel_picture(not_music(i, seed, seconds));
    std::vector<std::uint8_t> all(picture.pixels.size());
    write_frames(picture, all.data());
    for (std::int64_t t = 0; t < frames; ++t)
      std::copy_n(all.data() + t % picture.columns * bands, bands,
                  levels + (i * frames + t) * bands);
  });
  return windows;
}

}  // namespace tutti
