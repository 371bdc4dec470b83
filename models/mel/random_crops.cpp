#include "models/mel/random_crops.h"

#include <algorithm>
#include <cmath>

#include "kernels/support/error.h"

namespace tutti {
namespace {

using Bytes = std::vector<std::uint8_t>;

void write_crop(const Clips& clips, std::int32_t clip, std::int64_t frames, RandomStream& random,
                std::uint8_t* crop) {
  const Span& span = clips.spans.at(static_cast<std::size_t>(clip));
  const std::int64_t bands = clips.bands(), length = span.frames;
  std::int64_t at = random.below(length > frames ? length - frames + 1 : length);
  for (std::int64_t done = 0; done < frames; at = 0) {
    const auto count = std::min(length - at, frames - done);
    std::copy_n(clips.begin(span) + at * bands, count * bands, crop + done * bands);
    done += count;
  }
}

/// share * a + (1 - share) * b, rounded.
void mix(std::int64_t size, float share, const std::uint8_t* a, const std::uint8_t* b,
         std::uint8_t* to) {
  for (std::int64_t i = 0; i < size; ++i)
    to[i] = static_cast<std::uint8_t>(static_cast<int>(
        share * static_cast<float>(a[i]) + (1 - share) * static_cast<float>(b[i]) + 0.5f));
}

/// Mixes a member's crops with each other; targets are [crops, classes].
void mix_crops(std::int64_t crops, const RandomCropOptions& o, const std::int32_t* labels,
               RandomStream& random, const Bytes& plain, std::uint8_t* mixed, float* targets) {
  const std::int64_t size = std::ssize(plain) / crops;
  std::fill_n(targets, crops * o.classes, 0.0f);
  for (std::int64_t i = 0; i < crops; ++i) {
    const auto other = random.below(crops);
    const auto share = static_cast<float>(draw_beta(random, o.mixup));
    mix(size, share, plain.data() + i * size, plain.data() + other * size, mixed + i * size);
    targets[i * o.classes + labels[i]] += share;
    targets[i * o.classes + labels[other]] += 1 - share;
  }
}

}  // namespace

double draw_beta(RandomStream& random, double a) {
  for (;;) {
    const double x = std::pow(random.uniform(), 1 / a), y = std::pow(random.uniform(), 1 / a);
    if (x + y == 0) return random.below(2) == 0 ? 0 : 1;  // the limit for a small a
    if (x + y <= 1) return x / (x + y);
  }
}

Augment random_crops(const Clips& clips, const RandomCropOptions& o) {
  if (!(o.mixup >= 0 && o.mixup <= 1))
    throw Error("mixup of ", o.mixup, "; it must be in [0, 1], 0 for none");
  check(o.distortion);
  return [&clips, o](MemberBatch& batch, std::vector<RandomStream>& members) {
    const auto count = std::ssize(members), each = std::ssize(batch.rows) / count;
    const std::int64_t size = o.frames * clips.bands();
    batch.x = Tensor::empty({count, each, o.frames, clips.bands()}, DType::uint8, Device::cpu);
    if (o.mixup > 0)
      batch.targets = Tensor::empty({count, each, o.classes}, DType::float32, Device::cpu);
    Bytes plain(static_cast<std::size_t>(each * size));
    for (std::int64_t m = 0; m < count; ++m) {
      auto& random = members[static_cast<std::size_t>(m)];
      std::uint8_t* const crops = batch.x.data<std::uint8_t>() + m * each * size;
      std::uint8_t* const first = o.mixup > 0 ? plain.data() : crops;
      for (std::int64_t i = 0; i < each; ++i) {
        write_crop(clips, batch.rows[static_cast<std::size_t>(m * each + i)], o.frames, random,
                   first + i * size);
        distort(first + i * size, o.frames, clips.bands(), o.distortion, random);
      }
      if (o.mixup > 0)
        mix_crops(each, o, batch.labels.data() + m * each, random, plain, crops,
                  batch.targets.data<float>() + m * each * o.classes);
    }
  };
}

}  // namespace tutti
