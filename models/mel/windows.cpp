#include "models/mel/windows.h"

#include <algorithm>
#include <map>

#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

void write_window(const std::uint8_t* clip, std::int64_t length, std::int64_t bands,
                  std::int64_t frames, std::uint8_t* window) {
  const std::int64_t first = std::max<std::int64_t>(0, (length - frames) / 2);
  for (std::int64_t done = 0; done < frames;) {
    const auto count = std::min(length, frames - done);
    std::copy_n(clip + first * bands, count * bands, window + done * bands);
    done += count;
  }
}

/// Whether clips lie one after another, each as long as a window.
bool are_windows(const Clips& clips, std::int64_t frames) {
  std::int64_t next = clips.spans.empty() ? 0 : clips.spans[0].first;
  return std::ranges::all_of(clips.spans, [&](const Span& span) {
    const bool fits = span.first == next && span.frames == frames;
    next += frames;
    return fits;
  });
}

}  // namespace

Tensor windows_of(const Clips& clips, std::int64_t frames) {
  const std::int64_t n = std::ssize(clips.spans), bands = clips.bands();
  if (n > 0 && are_windows(clips, frames))
    return clips.frames.slice(clips.spans[0].first, n * frames).reshape({n, frames, bands});
  Tensor windows = Tensor::empty({n, frames, bands}, DType::uint8, Device::cpu);
  auto* const bytes = windows.data<std::uint8_t>();
  parallel_for(n, [&](std::int64_t i) {
    const Span& span = clips.spans[static_cast<std::size_t>(i)];
    write_window(clips.begin(span), span.frames, bands, frames, bytes + i * frames * bands);
  });
  return windows;
}

Tensor window_of(const GrayPicture& picture, std::int64_t frames) {
  std::vector<std::uint8_t> levels;
  for (std::int64_t t = 0; t < picture.columns; ++t)
    for (std::int64_t f = 0; f < picture.rows; ++f)
      levels.push_back(picture.pixels[static_cast<std::size_t>(f * picture.columns + t)]);
  Tensor window = Tensor::empty({1, frames, picture.rows}, DType::uint8, Device::cpu);
  write_window(levels.data(), picture.columns, picture.rows, frames, window.data<std::uint8_t>());
  return window;
}

std::int64_t usual_frames(const Clips& clips) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto& span : clips.spans) ++counts[span.frames];
  return std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; })->first;
}

std::int64_t piece_start(std::int64_t frames, std::int64_t length, std::int64_t count,
                         std::int64_t k) {
  return count == 1 ? 0 : k * (frames - length) / (count - 1);
}

std::int64_t crops_in(std::int64_t frames, std::int64_t length) {
  return (frames + length - 1) / length;
}

Tensor crops_of(const Tensor& windows, const std::vector<std::int32_t>& rows, std::int64_t length) {
  const std::int64_t frames = windows.dim(1), bands = windows.dim(2);
  if (frames < length)
    throw Error("crops of ", length, " frames do not fit into windows of ", frames);
  const std::int64_t each = crops_in(frames, length), size = length * bands;
  Tensor crops = Tensor::empty({std::ssize(rows) * each, length, bands}, DType::uint8, Device::cpu);
  const auto* const from = windows.data<std::uint8_t>();
  auto* const to = crops.data<std::uint8_t>();
  parallel_for(std::ssize(rows), [&](std::int64_t i) {
    const std::int64_t row = rows[static_cast<std::size_t>(i)];
    for (std::int64_t k = 0; k < each; ++k) {
      const std::int64_t first = piece_start(frames, length, each, k);
      std::copy_n(from + (row * frames + first) * bands, size, to + (i * each + k) * size);
    }
  });
  return crops;
}

}  // namespace tutti
