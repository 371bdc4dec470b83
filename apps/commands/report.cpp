#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/run_directory.h"
#include "apps/run_report.h"
#include "apps/search/search.h"
#include "apps/search/search_print.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"
#include "models/pretrained.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out = "report.html", audit;
};

json read_report(const std::string& place, bool alone) {
  const fs::path folder = run_folder(place);
  const fs::path file = folder / "run.json";
  if (!fs::exists(file) && !fs::exists(folder / "study.db"))
    throw Error(place, ": is neither the folder of a run nor of a search");
  json report = fs::exists(file) ? report_of(folder, parse_json(read_file(file), file.string()))
                                 : json{{"name", "A search"}, {"run", json::object()}};
  if (fs::exists(file)) expect_own_files(read_run_file(folder));
  if (const auto study = study_json(folder); !study.is_null()) report["search"] = study;
  if (!alone) report["name"] = place;
  return report;
}

int write(const ReportOptions& o) {
  std::vector<json> reports;
  for (const auto& run : o.runs) {
    for (const char* read :
         {"run.json", "metrics.json", "history.csv", "predictions.csv", "study.db"})
      expect_another("--out", o.out, run_folder(run) / read);
    reports.push_back(read_report(run, o.runs.size() == 1));
  }
  if (!o.audit.empty()) {
    expect_another("--out", o.out, o.audit);
    reports[0]["audit"] = parse_json(read_file(o.audit), o.audit);
  }
  write_file(o.out, report_page(reports));
  std::cerr << "the report is in " << o.out << '\n';
  return done;
}

}  // namespace

void add_report(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "report", "Show a run, or several side by side, on a page for the browser");
  command->footer(
      "The page shows curves, the confusion matrix with the songs behind every cell, rates,\n"
      "calibration and options. Training writes it into the run, as report.html.\n\n"
      "  tutti report run-a run-b --out both.html\n"
      "  tutti audit songs --json > audit.json && tutti report run --audit audit.json");
  const auto o = std::make_shared<ReportOptions>();
  command
      ->add_option("RUN", o->runs, "Folders of runs and searches; pretrained is the built-in model")
      ->required();
  command->add_option("--out", o->out, "The page, one file that needs no other")
      ->type_name("FILE")
      ->capture_default_str();
  command
      ->add_option("--audit", o->audit,
                   "What tutti audit --json found in the data; for the first RUN")
      ->type_name("AUDIT.json");
  command->callback([o, &status] { status = write(*o); });
}

}  // namespace tutti
