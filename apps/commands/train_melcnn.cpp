#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/training/mel_training.h"

namespace tutti {
namespace {

int train_melcnn(const MelOptions& o) {
  const auto evaluation = train_run(o);
  if (!evaluation) return interrupted;
  if (o.common.json)
    std::cout << to_json(*evaluation).dump(2) << '\n';
  else
    std::cout << to_text(*evaluation) << "\nThe run is in " << o.run.out.string()
              << ": report.html, predictions.csv, the networks' .h5 files\n";
  return done;
}

}  // namespace

void add_train_melcnn(CLI::App& train, int& status) {
  auto* command = train.add_subcommand(
      "melcnn",
      "CNNs over time on mel pictures (tutti spectrogram --bands mel128) or songs, and networks on "
      "their statistics, which vote together");
  const auto o = std::make_shared<MelOptions>();
  o->add_to(*command);
  o->run.add_to(*command, "models");
  command->callback([o, &status] { status = train_melcnn(*o); });
}

}  // namespace tutti
