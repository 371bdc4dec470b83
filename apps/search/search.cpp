#include "apps/search/search.h"

#include <iomanip>
#include <iostream>
#include <thread>

#include "apps/progress.h"
#include "apps/run_directory.h"
#include "apps/run_report.h"
#include "apps/search/search_print.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/folder_lock.h"
#include "kernels/support/json_text.h"
#include "reports/metrics_json.h"

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
}

void make_folder(const SearchOptions& o) {
  std::error_code problem;
  fs::create_directories(fs::path(o.out) / "trials", problem);
  if (problem) throw Error("cannot make the folder ", o.out, ": ", problem.message());
}

/// What the reports of a folder read when its study is on a server.
void keep_copy(const SearchOptions& o, Study& study) {
  if (o.storage.empty()) return;
  const FolderLock lock(o.out, FolderLock::IfHeld::wait);
  study.copy_to(fs::path(o.out) / "study.db");
}

Study open_study(const SearchOptions& o, const Search& search) {
  const bool shared = !o.storage.empty();
  if (shared && !is_server(o.storage))
    throw Error("--storage: takes postgresql://user:password@host:5432/database; without it the ",
                "study is a file");
  if (!shared) make_folder(o);
  Study study(shared ? o.storage : (fs::path(o.out) / "study.db").string(), search.model,
              o.direction(), search.space, search.settings);
  if (shared) make_folder(o);  // now that the server is known to answer
  keep_copy(o, study);
  return study;
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
              << name(trial.state) << std::right << "  " << name(options_.objective) << ' '
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

bool others_at_work(Study& study) {
  const auto all = study.trials();
  return std::any_of(all.begin(), all.end(), [](const Trial& trial) {
    return trial.state == TrialState::running && trial.watched;
  });
}

/// The trials under way: as many as are wanted at once, until the study has enough.
class SearchRun {
 public:
  SearchRun(const SearchOptions& options, const Search& search, Study& study)
      : options_(options),
        search_(search),
        study_(study),
        sampler_(make_sampler(options.sampler)),
        lines_(options, search.space, search.common.quiet) {}

  /// Fills the free places with new trials.
  void ask() {
    const auto asked =
        study_.ask(search_.space, *sampler_, search_.seed,
                   options_.jobs - static_cast<std::int64_t>(runs_.size()), options_.trials);
    if (!asked.empty()) known_ = study_.trials();
    for (const auto& trial : asked) runs_.emplace_back(trial, known_, options_);
  }

  /// Trains what is under way until a trial ends.
  void train(const std::stop_token& stop) {
    const auto under_way = runs_.size();
    while (!stop.stop_requested() && runs_.size() == under_way) {
      search_.train(runs_);
      record([](const TrialRun& run) { return run.finished(); });
    }
    if (stop.stop_requested()) record([](const TrialRun&) { return true; });
  }

  bool idle() const { return runs_.empty(); }

 private:
  /// Records some trials and forgets them; the unfinished have failed, others will take their
  /// place.
  template <class Which>
  void record(Which which) {
    std::vector<Trial> told;
    for (const auto& run : runs_) {
      if (!which(run)) continue;
      Trial trial = run.trial();
      if (!run.finished()) trial.state = TrialState::fail;
      if (!study_.tell(trial)) continue;
      if (!run.history().empty())
        write_file(fs::path(options_.out) / "trials" / history_name(trial),
                   history_csv(run.history()));
      told.push_back(std::move(trial));
    }
    std::erase_if(runs_, which);
    if (!told.empty()) known_ = study_.trials();
    for (const auto& trial : told) lines_.trial(trial, known_);
  }

  const SearchOptions& options_;
  const Search& search_;
  Study& study_;
  std::unique_ptr<Sampler> sampler_;
  std::vector<Trial> known_;
  std::vector<TrialRun> runs_;
  SearchLines lines_;
};

/// False if it was stopped.
bool run_trials(const SearchOptions& o, const Search& search, Study& study) {
  const std::stop_token stop = stop_on_interrupt();
  const auto start = Clock::now();
  const auto late = [&] {
    return o.timeout > 0 && std::chrono::duration<double>(Clock::now() - start).count() > o.timeout;
  };
  SearchRun run(o, search, study);
  while (!stop.stop_requested()) {
    if (!late()) run.ask();
    if (!run.idle())
      run.train(stop);
    else if (!late() && others_at_work(study))  // one that dies leaves its trials to us
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    else
      break;
  }
  return !stop.stop_requested();
}

/// What the best model came to on the test set; null if it has not been trained yet.
json test_metrics(const fs::path& folder) {
  const fs::path metrics = folder / "metrics.json";
  return fs::exists(metrics) ? parse_json(read_file(metrics), metrics.string()) : json();
}

}  // namespace

namespace {

int search_as_root(const SearchOptions& o, const Search& search, const json& test_of_best) {
  expect_folder(o);
  Study study = open_study(o, search);
  const bool finished = run_trials(o, search, study);
  keep_copy(o, study);
  const auto trials = study.trials();
  const Trial* best = best_trial(trials, o.direction());
  if (!finished) {
    std::cerr << "tutti: stopped; " << (o.storage.empty() ? o.out : study.place())
              << " holds the study, --resume goes on with it\n";
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
  search.calls.call("best", Message::of(best->params));
  const json& test = test_of_best;
  if (test.is_null()) return interrupted;
  const fs::path run = fs::path(o.out) / "run.json";
  write_report(o.out, parse_json(read_file(run), run.string()), to_json(report, test));
  print(report, test, search.common.json);
  if (!search.common.json)
    std::cout << "\nThe run is in " << o.out
              << ": report.html, study.db, trials/, the best model, search_*.png\n";
  return done;
}

}  // namespace

int run_search(const SearchOptions& o, Search& search) {
  json test;
  search.calls.add("best",
                   [&](Message& params) { test = search.train_best(params.get<Params>()); });
  if (world().root()) {
    const int status = search_as_root(o, search, test);
    search.calls.end();
    return status;
  }
  search.calls.follow();
  return done;
}

json study_json(const fs::path& folder) {
  if (!fs::exists(folder / "study.db")) return {};
  Study study(folder / "study.db");
  return tutti::to_json(describe(study), test_metrics(folder));
}

int report_search(const fs::path& folder, bool as_json) {
  if (!fs::exists(folder / "study.db"))
    throw Error(folder.string(), ": holds no study.db; tutti tune makes one with --out");
  Study study(folder / "study.db");
  print(describe(study), test_metrics(folder), as_json);
  return done;
}

}  // namespace tutti
