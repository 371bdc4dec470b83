#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/program.h"

using tutti::test::run_tutti;

TEST_CASE("Every command explains itself") {
  for (const char* command : {"", "train", "train ensemble", "evaluate", "predict", "features",
                              "spectrogram", "synth", "devices"}) {
    const auto result = run_tutti(std::string(command) + " --help");
    CAPTURE(command);
    CHECK(result.status == 0);
    CHECK_THAT(result.out, Contains("Usage:"));
    CHECK((result.out.find("Try it without data") != std::string::npos) == (*command == 0));
  }
  CHECK_THAT(run_tutti("train ensemble --help").out, Contains("0.0001") && Contains("standardize"));
}

TEST_CASE("A wrong command line is status 2 and names what is wrong") {
  for (const auto& [arguments, named] : std::vector<std::pair<std::string, std::string>>{
           {"", "subcommand"},
           {"compose", "compose"},
           {"train ensemble --data x --out y --members 0", "--members"},
           {"train ensemble --data x --out y --vote loud", "--vote"},
           {"train ensemble --out y", "--data"},
           {"train lstm --data x --out y --epochs 0", "--epochs: 0 is not a number above 0"},
           {"synth --out x --seconds none", "--seconds"},
           {"features x --out y --compat 0.7", "--compat"},
           {"spectrogram x", "--out"},
           {"predict x y --csv --json", "--csv"}}) {
    const auto result = run_tutti(arguments);
    CAPTURE(arguments);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, Contains(named));
  }
}

TEST_CASE("The devices are told, also to programs") {
  CHECK_THAT(run_tutti("devices").out, Contains("cpu") && Contains("cuda"));
  const auto document = nlohmann::json::parse(run_tutti("devices --json").out);
  CHECK(document.at("cpu").at("available") == true);
  CHECK(document.at("cpu").at("threads") >= 1);
  if (document.at("cuda").at("available") == true) return;
  const auto refused = run_tutti("train lstm --data x --out y --device cuda");
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("--device cuda") &&
                              Contains(document.at("cuda").at("reason").get<std::string>()));
}
