#include "apps/search.h"

#include <iomanip>
#include <iostream>
#include <thread>

#include "apps/progress.h"
#include "apps/run.h"
#include "apps/search_report.h"
#include "engine/error.h"
#include "engine/files.h"
#include "models/metrics_json.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

void expect_folder(const SearchOptions& o) {
  const fs::path folder = o.out;
  if (fs::exists(folder / "study.db") && !o.resume)
    throw Error(o.out,
                ": already holds a study; --resume goes on with it, or choose another --out");
  if (fs::exists(folder) && !fs::is_directory(folder))
    throw Error(o.out, ": is a file; --out takes a folder");
  if (!o.resume && fs::exists(folder) && !fs::is_empty(folder))
    throw Error(o.out, ": already holds files; choose another --out");
  std::error_code problem;
  fs::create_directories(folder / "trials", problem);
  if (problem) throw Error("cannot make the folder ", o.out, ": ", problem.message());
}

std::string history_name(const Trial& trial) {
  std::ostringstream name;
  name << std::setw(4) << std::setfill('0') << trial.number << ".csv";
  return name.str();
}

/// Says what came of the trials: a line each, and on a terminal a bar with the best so far.
class SearchLines {
 public:
  SearchLines(const SearchOptions& options, const Space& space, bool quiet)
      : options_(options), space_(space), quiet_(quiet), bar_("", "trials", quiet) {}

  void trial(const Trial& trial, const std::vector<Trial>& all) {
    if (quiet_) return;
    bar_.clear();
    const Trial* best = best_trial(all, options_.direction());
    std::cerr << "trial " << std::setw(4) << trial.number << "  " << std::left << std::setw(8)
              << state_word(trial.state) << std::right << "  " << options_.objective << ' '
              << value_word(trial.value) << "  best "
              << (best ? value_word(best->value) + " of trial " + std::to_string(best->number)
                       : "none")
              << "  " << params_words(trial.params, space_)
              << (trial.error.empty() ? "" : "  " + trial.error) << std::endl;
    bar_.label("best " + (best ? value_word(best->value) : std::string("none")));
    bar_.update(std::count_if(all.begin(), all.end(),
                              [](const Trial& t) { return t.state != TrialState::running; }),
                options_.trials);
  }

 private:
  const SearchOptions& options_;
  const Space& space_;
  bool quiet_;
  ProgressBar bar_;
};

/// Trains a round of trials and records them.
void run_round(const SearchOptions& o, const Search& search, Study& study,
               const std::vector<Trial>& asked, const std::atomic<bool>& stop, SearchLines& lines) {
  const auto known = study.trials();
  std::vector<TrialRun> runs;
  for (const auto& trial : asked) runs.emplace_back(trial, known, o);
  search.train(runs, stop);
  for (auto& run : runs) {
    Trial told = run.trial();
    if (!run.finished()) told.state = TrialState::fail;  // stopped; another will take its place
    if (!study.tell(told)) continue;
    if (!run.history().empty())
      write_file(fs::path(o.out) / "trials" / history_name(told), history_csv(run.history()));
    lines.trial(told, study.trials());
  }
}

bool others_at_work(Study& study) {
  const auto all = study.trials();
  return std::any_of(all.begin(), all.end(), [](const Trial& trial) {
    return trial.state == TrialState::running && trial.watched;
  });
}

/// False if it was stopped.
bool run_trials(const SearchOptions& o, const Search& search, Study& study) {
  const auto sampler = sampler_named(o.sampler);
  const std::atomic<bool>& stop = stop_on_interrupt();
  const auto start = Clock::now();
  const auto late = [&] {
    return o.timeout > 0 && std::chrono::duration<double>(Clock::now() - start).count() > o.timeout;
  };
  SearchLines lines(o, search.space, search.common.quiet);
  while (!stop && !late()) {
    const auto asked = study.ask(search.space, *sampler, search.seed, o.jobs, o.trials);
    if (!asked.empty())
      run_round(o, search, study, asked, stop, lines);
    else if (others_at_work(study))  // one that dies leaves its trials to us
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    else
      break;
  }
  return !stop;
}

}  // namespace

int run_search(const SearchOptions& o, const Search& search) {
  expect_folder(o);
  Study study(fs::path(o.out) / "study.db", search.model, o.direction(), search.space,
              search.settings);
  const bool finished = run_trials(o, search, study);
  const auto trials = study.trials();
  const Trial* best = best_trial(trials, o.direction());
  if (!finished) {
    std::cerr << "tutti: stopped; " << o.out << " holds the study, --resume goes on with it\n";
    return interrupted;
  }
  if (!best)
    throw Error(o.out, ": no trial of ", trials.size(), " was completed; ",
                trials.empty() ? "" : trials.back().error);
  const SearchReport report = describe(study);
  draw_search(o.out, report);
  if (!search.common.quiet)
    std::cerr << "training the best trial again, " << best->number << ": "
              << params_words(best->params, search.space) << std::endl;
  const json test = search.train_best(best->params);
  if (test.is_null()) return interrupted;
  print(report, test, search.common.json);
  if (!search.common.json)
    std::cout << "\nThe run is in " << o.out
              << ": study.db, trials/, the best model, search_*.png\n";
  return done;
}

int report_search(const fs::path& folder, bool json) {
  if (!fs::exists(folder / "study.db"))
    throw Error(folder.string(), ": holds no study.db; tutti tune makes one with --out");
  Study study(folder / "study.db");
  const fs::path metrics = folder / "metrics.json";
  print(describe(study),
        fs::exists(metrics) ? nlohmann::json::parse(read_file(metrics)) : nlohmann::json(), json);
  return done;
}

}  // namespace tutti
