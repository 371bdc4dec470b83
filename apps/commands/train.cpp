#include "apps/common.h"

namespace tutti {

void add_train(CLI::App& program, int& status) {
  auto* train = program.add_subcommand("train", "Train a model and test it");
  train->require_subcommand(1);
  add_train_ensemble(*train, status);
  add_train_features(*train, status);
  add_train_melcnn(*train, status);
}

}  // namespace tutti
