#include "datasets/pictures.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>

#include "datasets/decoding/answers.h"
#include "datasets/fingerprint.h"
#include "datasets/picture.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest_picture = 256 << 20;
constexpr std::int64_t pixels_a_picture = picture_times * picture_frequencies;

/// What became of one picture.
struct ReadPicture {
  std::uint64_t hash = 0;
  std::string reason;  // why it is bad; empty if it is not
};

ReadPicture load_picture(const fs::path& root, const fs::path& path, std::uint8_t* pixels) try {
  const std::string file = read_picture_file(root / path);
  write_time_first(read_picture(root / path), pixels);
  return {fnv(file, fnv(path.generic_string() + '\0')), {}};
} catch (const Error& problem) {
  return {0, problem.what()};
}

}  // namespace

std::string read_picture_file(const fs::path& path) {
  std::error_code problem;
  const auto bytes = fs::file_size(path, problem);
  if (problem) throw Error("cannot be read: ", problem.message());
  if (bytes > largest_picture)
    throw Error("has ", bytes, " bytes; at most ", largest_picture, " can be read");
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0)
    throw Error("cannot be read: ", std::strerror(errno));
  return read_file(path);
}

Pictures load_pictures(const std::vector<fs::path>& paths, const Progress& progress,
                       const fs::path& root) {
  const auto count = static_cast<std::int64_t>(paths.size());
  Pictures pictures;
  pictures.pixels =
      Tensor::empty({count, picture_times, picture_frequencies, 1}, DType::uint8, Device::cpu);
  auto* const pixels = pictures.pixels.data<std::uint8_t>();
  std::vector<ReadPicture> outcomes(paths.size());
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(count, [&](std::int64_t i) {
    outcomes[i] = load_picture(root, paths[i], pixels + i * pixels_a_picture);
    const std::lock_guard lock(mutex);
    if (progress) progress(++done, count);
  });

  std::uint64_t fingerprint = fnv_start;
  std::int64_t good = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!outcomes[i].reason.empty()) {
      pictures.bad.push_back({paths[i], outcomes[i].reason});
      continue;
    }
    if (good < i)
      std::memcpy(pixels + good * pixels_a_picture, pixels + i * pixels_a_picture,
                  pixels_a_picture);
    ++good;
    pictures.paths.push_back(paths[i]);
    fingerprint = (fingerprint ^ outcomes[i].hash) * fnv_prime;
  }
  pictures.pixels = pictures.pixels.slice(0, good);
  pictures.fingerprint = hex(fingerprint);
  return pictures;
}

}  // namespace tutti
