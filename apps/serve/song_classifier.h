#pragma once
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <vector>

#include "apps/serve/uploads.h"
#include "models/run.h"

namespace tutti {

/// Names the genres of songs that clients send, from any number of threads.
class SongClassifier {
 public:
  /// An Error if the run does not take songs, or does not know its classes.
  SongClassifier(const Run& run, std::stop_token stop);

  /// What `tutti genre --json --windows` says of the songs, under their clients' names; with
  /// `pictures` each has its "picture" too. No song is begun once it is to stop.
  nlohmann::json classify(const std::vector<Upload>& songs, bool pictures);

 private:
  struct Answer;
  void classify(const Upload& song, Answer& answer);

  const Run& run_;
  std::stop_token stop_;
  Preprocessor input_of_;
  std::mutex scoring_;  // which uses all threads itself
};

}  // namespace tutti
