#include "apps/serve/song_classifier.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "apps/prediction_print.h"
#include "datasets/audio/mel_picture.h"
#include "kernels/support/error.h"
#include "kernels/support/isolated.h"
#include "kernels/support/lent_reader.h"

namespace tutti {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_windows = 120;
constexpr std::chrono::seconds longest_work{120};
constexpr std::int64_t widest_picture = 1550;  // columns: of two windows

std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? bytes[i + k] : 0u; };
    const std::uint32_t word = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? digits[word >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// The mel pictures of a song's windows, side by side.
class SongPicture {
 public:
  void add(const std::vector<float>& samples) {
    windows_.push_back(mel_picture(samples));
    columns_ += windows_.back().columns;
    seconds_ += static_cast<double>(samples.size()) / song_rate;
  }

  /// Levels from 0 to 255 row by row, high bands first; of neighbors that do not fit, the loudest.
  json to_json() const {
    const std::int64_t rows = windows_[0].rows,
                       each = (columns_ + widest_picture - 1) / widest_picture,
                       columns = (columns_ + each - 1) / each;
    std::vector<std::uint8_t> levels(static_cast<std::size_t>(rows * columns));
    std::int64_t first = 0;
    for (const auto& window : windows_) {
      for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t column = 0; column < window.columns; ++column) {
          auto& level = levels[row * columns + (first + column) / each];
          level = std::max(level, window.pixels[row * window.columns + column]);
        }
      first += window.columns;
    }
    return {
        {"rows", rows}, {"columns", columns}, {"seconds", seconds_}, {"levels", base64(levels)}};
  }

 private:
  std::vector<GrayPicture> windows_;
  std::int64_t columns_ = 0;
  double seconds_ = 0;
};

/// The reason without where the server's own program is.
std::string for_clients(std::string reason) {
  const std::string program = reader_command(0)[0];
  if (const auto at = reason.find(program); at != std::string::npos)
    reason.replace(at, program.size(), "tutti-reader");
  return reason;
}

}  // namespace

struct SongClassifier::Answer {
  Predictions found;
  bool draw;
  std::vector<json> pictures;  // one of each song that was found
};

SongClassifier::SongClassifier(const Run& run, std::stop_token stop)
    : run_(run), stop_(std::move(stop)), input_of_(run.preprocessor()) {
  if (run.classes().empty())
    throw Error(run.file().folder.string(), ": holds no run.json, which names its classes");
  reader_command(0);  // an Error if it is missing
  lend_readers_once();
}

void SongClassifier::classify(const Upload& song, Answer& answer) {
  auto& [all, said] = answer.found;
  if (stop_.stop_requested()) {
    said.bad.push_back({song.name(), "comes too late: the server is being stopped"});
    return;
  }
  std::vector<Tensor> inputs;
  SongPicture picture;
  const auto end = Clock::now() + longest_work;
  const SongProblems problems = read_songs(
      {song.path()}, run_.traits().windows,
      [&](std::size_t, std::size_t window, const std::vector<float>& samples) {
        if (window == most_windows)
          throw Error("lasts more than ", most_windows / 2, " min; a shorter part is wanted");
        if (Clock::now() > end) throw Error("takes more than ", longest_work.count(), " s to read");
        inputs.push_back(input_of_(samples));
        if (answer.draw) picture.add(samples);
      });
  for (const auto& [_, reason] : problems.bad)
    said.bad.push_back({song.name(), for_clients(reason)});
  for (const auto& [_, warning] : problems.warnings)
    said.warnings.push_back({song.name(), warning});
  if (!problems.bad.empty()) return;

  if (answer.draw) answer.pictures.push_back(picture.to_json());
  const auto windows = static_cast<std::int64_t>(inputs.size());
  const std::lock_guard lock(scoring_);
  all.push_back(run_.predict({song.name()}, {windows}, stacked(inputs)).at(0));
}

json SongClassifier::classify(const std::vector<Upload>& songs, bool pictures) {
  Answer answer{{}, pictures, {}};
  for (const auto& song : songs) classify(song, answer);
  json document = to_json(answer.found, run_.classes(), {.windows = true});
  for (std::size_t i = 0; i < answer.pictures.size(); ++i)
    document["predictions"][i]["picture"] = std::move(answer.pictures[i]);
  return document;
}

}  // namespace tutti
