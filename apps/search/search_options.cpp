#include "apps/search/search.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"

namespace tutti {

void SearchOptions::add_to(CLI::App& command) {
  command.add_option("--out", out, "Folder for the study, its trials, pictures and the best model")
      ->required()
      ->type_name("RUN");
  command
      .add_option(
          "--storage", storage,
          "Keep the study in a database on a PostgreSQL server, where any number of "
          "machines and Optuna's workers join it: "
          "postgresql://ann:password@host:5432/studies. It is named like the model; RUN gets "
          "a copy. libpq finds a password that is left out in PGPASSWORD or ~/.pgpass")
      ->type_name("URL");
  command.add_option("--trials", trials, "Trials that the study is to hold in the end")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->capture_default_str();
  command
      .add_option(
          "--space", space_file,
          "Parameters to search instead of the original's: {\"lr\": {\"type\": \"float\", "
          "\"low\": 1e-5, \"high\": 1e-2, \"log\": true}, \"units\": {\"type\": \"int\", "
          "\"low\": 8, \"high\": 64, \"step\": 8}, \"batch\": {\"type\": \"categorical\", "
          "\"choices\": [16, 32]}}; \"when\": {\"dense_layers\": [1, 2]} makes one depend on "
          "another before it; what is absent keeps its option's value")
      ->type_name("FILE.json");
  add_words(command, "--objective", objective,
            "What trials are ranked by: val_accuracy (most) or val_loss (least), after the last "
            "epoch");
  add_words(command, "--sampler", sampler,
            "How trials are chosen: tpe (learns from those before), random, or grid (every "
            "combination)");
  add_words(command, "--pruner", pruner,
            "median ends a trial whose best so far is below the median of those before; none");
  command
      .add_option(
          "--jobs", jobs,
          "Trials at once, another as soon as one ends (ensembles: chosen together, trained in "
          "turn); the search depends on it, but not on --threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--timeout", timeout, "Begin no trial after this many seconds; 0 is no limit")
      ->check(zero_or_above)
      ->capture_default_str();
  command.add_flag("--resume", resume,
                   "Go on with the study in RUN; several processes may work on it at once");
}

Direction SearchOptions::direction() const {
  return objective == Objective::val_loss ? Direction::minimize : Direction::maximize;
}

Space SearchOptions::space(const nlohmann::ordered_json& original,
                           const std::vector<Tunable>& tunables) const {
  if (space_file.empty()) return parse_space(original, tunables);
  const std::string text = read_file(space_file);
  try {
    return parse_space(parse_json<nlohmann::ordered_json>(text, "it"), tunables);
  } catch (const std::exception& problem) {
    throw Error(space_file, ": ", reason_of(problem));
  }
}

}  // namespace tutti
