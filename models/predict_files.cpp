#include "models/predict_files.h"

#include <algorithm>
#include <mutex>

#include "engine/distributed/deal.h"
#include "engine/distributed/message.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

constexpr std::size_t songs_at_once = 8;
constexpr std::size_t windows_at_once = 16;  // of a song: 8 minutes of it are held in memory

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Some rows of probabilities [M, n, K].
Tensor rows_of(const Tensor& scores, std::int64_t first, std::int64_t count) {
  std::vector<float> some;
  const std::int64_t size = scores.dim(2);
  for (std::int64_t m = 0; m < scores.dim(0); ++m) {
    const float* const from = scores.data<float>() + (m * scores.dim(1) + first) * size;
    some.insert(some.end(), from, from + count * size);
  }
  return Tensor::from({scores.dim(0), count, size}, some);
}

/// Work on so many files at a time, dealt out; the root has what it came to, with progress over
/// all.
template <class Work>
void in_groups(const Paths& files, std::size_t at_once, const Progress& progress, const Work& work,
               Predictions& result) {
  deal_out(
      std::ssize(files), static_cast<std::int64_t>(at_once),
      [&](Block block) {
        const Predictions found =
            work(Paths(files.begin() + block.first, files.begin() + block.end));
        return Message::of(found.all, found.problems);
      },
      [&](Block block, std::string message) {
        Predictions found;
        Message(std::move(message)).read(found.all, found.problems);
        append(result.all, found.all);
        append(result.problems.bad, found.problems.bad);
        append(result.problems.warnings, found.problems.warnings);
        progress(block.end, std::ssize(files));
      });
}

/// Songs as their windows come, from several threads: what is heard of a long one is scored before
/// its end, so that memory does not grow with it.
class HeardSongs {
 public:
  HeardSongs(const Run& run, const Paths& songs)
      : run_(run), input_of_(run.preprocessor()), songs_(songs), heard_(songs.size()) {}

  void add(std::size_t song, const std::vector<float>& samples) {
    auto& [waiting, scores] = heard_[song];
    waiting.push_back(input_of_(samples));
    if (waiting.size() < windows_at_once) return;
    const std::lock_guard lock(scoring_);
    scores.push_back(run_.score(stacked(waiting)));
    waiting.clear();
  }

  /// The vote on all but the bad ones, of which windows may have been heard.
  std::vector<Prediction> vote(const std::vector<BadFile>& bad, Vote rule) {
    std::vector<std::size_t> good;
    std::vector<Tensor> waiting;
    for (std::size_t i = 0; i < songs_.size(); ++i) {
      if (std::ranges::find(bad, songs_[i], &BadFile::path) != bad.end()) continue;
      good.push_back(i);
      append(waiting, heard_[i].waiting);
    }
    const Tensor last = waiting.empty() ? Tensor() : run_.score(stacked(waiting));
    std::vector<Prediction> predictions;
    std::int64_t first = 0;
    for (const auto i : good) {
      auto& [inputs, scores] = heard_[i];
      const auto count = std::ssize(inputs);
      if (count) scores.push_back(rows_of(last, first, count));
      first += count;
      predictions.push_back(run_.decide(songs_[i].string(), joined_examples(scores), rule));
    }
    return predictions;
  }

 private:
  struct Heard {
    std::vector<Tensor> waiting, scores;  // inputs of windows; probabilities [M, windows, K]
  };

  const Run& run_;
  const Preprocessor input_of_;
  const Paths& songs_;
  std::vector<Heard> heard_;
  std::mutex scoring_;
};

void predict_others(const Run& run, const Paths& files, Vote rule, const Progress& progress,
                    Predictions& result) {
  const auto work = [&](const Paths& group) -> Predictions {
    const NamedInputs read = run.read_files(group, {});
    const std::vector<std::int64_t> one_each(read.names.size(), 1);
    return {run.predict(read.names, one_each, read.inputs, rule), {read.bad, {}}};
  };
  in_groups(files, run.traits().files_at_once, progress, work, result);
}

void predict_songs(const Run& run, const Paths& songs, Vote rule, const Progress& progress,
                   Predictions& result) {
  const auto work = [&](const Paths& group) -> Predictions {
    HeardSongs heard(run, group);
    const SongProblems found =
        read_songs(group, run.traits().windows,
                   [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
                     heard.add(song, samples);
                   });
    return {heard.vote(found.bad, rule), found};
  };
  in_groups(songs, songs_at_once, progress, work, result);
}

}  // namespace

Sources find_sources(const std::vector<std::string>& paths, InputFiles takes) {
  Sources sources;
  for (const fs::path path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      const bool song = takes == InputFiles::none || is_media(path, Media::songs);
      (song ? sources.songs : sources.others).push_back(path);
      continue;
    }
    try {
      append(sources.songs, find_media(path, Media::songs));
    } catch (const Error&) {
      if (takes != InputFiles::pictures) throw;
      append(sources.others, find_media(path, Media::pictures));
    }
  }
  return sources;
}

Predictions predict_files(const Run& run, const Sources& sources, Vote rule,
                          const Progress& progress) {
  Predictions result;
  const auto others = static_cast<std::int64_t>(sources.others.size()),
             total = others + static_cast<std::int64_t>(sources.songs.size());
  const auto count_from = [&](std::int64_t start) {
    return [&, start](std::int64_t done, std::int64_t) {
      if (progress) progress(start + done, total);
    };
  };
  predict_others(run, sources.others, rule, count_from(0), result);
  predict_songs(run, sources.songs, rule, count_from(others), result);
  return result;
}

}  // namespace tutti
