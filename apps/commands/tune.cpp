#include <memory>

#include "apps/common.h"
#include "apps/search/search.h"

namespace tutti {

void add_tune(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("tune", "Search for the best hyper-parameters");
  command->require_subcommand(0, 1);
  add_tune_features(*command, status);
  add_tune_ensemble(*command, status);
  command->footer(
      "For example:\n"
      "  tutti tune lstm --data songs.csv --out run --trials 100\n"
      "  tutti tune lstm --data songs.csv --out run --trials 200 --resume\n"
      "  tutti tune lstm --data songs.csv --out mine --storage postgresql://ann@host/studies\n"
      "  tutti tune --report run\n"
      "  optuna-dashboard sqlite:///run/study.db");

  const auto folder = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("--report", *folder, "Print the study in RUN again")->type_name("RUN");
  command->add_flag("--json", *json, "Print the report as one JSON document");
  command->callback([=, &status] {
    if (!folder->empty())
      status = report_search(*folder, *json);
    else if (command->get_subcommands().empty())
      throw CLI::RequiredError("lstm, rnn, ensemble or --report RUN");
  });
}

}  // namespace tutti
