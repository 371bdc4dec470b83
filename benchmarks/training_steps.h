#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/members.h"
#include "engine/training/trainer.h"
#include "models/genre_cnn.h"
#include "models/recurrent_classifiers.h"

namespace tutti {

/// Pictures of random bytes, of ten genres.
Examples random_pictures(std::int64_t n);

/// Songs of random features, of two genres.
Examples random_songs(std::int64_t n, std::int64_t features);

/// GenreCnn for ten genres with its members' initial weights.
Model built_genre_cnn(const std::vector<RandomStream>& members, Device device);

/// Training steps (dropout and Adam included) on rows drawn at random.
class TrainingSteps {
 public:
  /// `model` is built, for these members.
  TrainingSteps(Model model, const std::vector<RandomStream>& members, double learning_rate,
                const Examples& examples, std::int64_t batch);
  TrainingSteps(const TrainingSteps&) = delete;  // the trainer knows the model by its address
  TrainingSteps& operator=(const TrainingSteps&) = delete;

  /// Ends when they are known to be done; the device does not wait between them.
  void take(std::int64_t steps);

 private:
  Model model_;
  Trainer trainer_;
  double learning_rate_;
  std::vector<std::int32_t> labels_;
  std::int64_t examples_;
  std::size_t rows_;  // of all members in a step
  RandomStream random_{2};
};

std::unique_ptr<TrainingSteps> genre_cnn_steps(std::int64_t members, std::int64_t batch,
                                               Device device);

struct LstmSteps {
  std::int64_t members = 1, batch = 32, features = 28, units = LstmOptions().units;
};
std::unique_ptr<TrainingSteps> lstm_steps(const LstmSteps& sizes, Device device);

}  // namespace tutti
