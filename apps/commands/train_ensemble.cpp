#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/training/ensemble_training.h"

namespace tutti {
namespace {

int train_ensemble(const EnsembleOptions& o) {
  const auto evaluation = train_run(o);
  if (!evaluation) return interrupted;
  if (o.common.json)
    std::cout << to_json(*evaluation).dump(2) << '\n';
  else
    std::cout << to_text(*evaluation) << "\nThe run is in " << o.run.out.string()
              << ": report.html, predictions.csv, the members' classifier_K.h5\n";
  return done;
}

}  // namespace

void add_train_ensemble(CLI::App& train, int& status) {
  auto* command =
      train.add_subcommand("ensemble", "A bagged ensemble of CNNs on spectrogram pictures");
  const auto o = std::make_shared<EnsembleOptions>();
  o->add_to(*command);
  o->run.add_to(*command, "models");
  command
      ->add_option("--from", o->from,
                   "Go on from a Keras file, whose weights every member starts from, or from a "
                   "folder of as many files as members. Adam goes on too where the files hold it; "
                   "pixels are scaled as the files say, not by --normalize")
      ->type_name("PATH");
  command->callback([o, &status] { status = train_ensemble(*o); });
}

}  // namespace tutti
