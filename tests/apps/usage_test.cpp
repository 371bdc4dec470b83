#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/program.h"

using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;

TEST_CASE("Every command explains itself") {
  for (const char* command : {"", "train", "train ensemble", "evaluate", "predict", "features",
                              "spectrogram", "synth", "devices"}) {
    const auto result = run_tutti(std::string(command) + " --help");
    CAPTURE(command);
    CHECK(result.status == 0);
    CHECK_THAT(result.out, Contains("Usage:"));
    CHECK((result.out.find("without data:") != std::string::npos) == (*command == 0));
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
           {"train ensemble --data x --out y --seed -1", "--seed: -1 is "},
           {"train ensemble --data x --out y --epochs 010", "--epochs: 010 is not a whole number"},
           {"train ensemble --data x --out y --members 0x10",
            "--members: 0x10 is not a whole number"},
           {"train ensemble --data x --out y --bootstrap nan", "--bootstrap: nan is not a number"},
           {"synth --out ''", "--out: an empty word is not a value"},
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
  CHECK_THAT(refused.err, Contains("device cuda") &&
                              Contains(document.at("cuda").at("reason").get<std::string>()));
}

TEST_CASE("Output that does not arrive is status 1, and a broken pipe ends quietly") {
  const TemporaryFolder folder;
  const auto status_of = [&](const std::string& arguments, const std::string& redirection) {
    const std::string command = std::string("'") + TUTTI_PROGRAM + "' " + arguments + ' ' +
                                redirection + " 2>" + word(folder / "err");
    return WEXITSTATUS(std::system(command.c_str()));
  };
  const std::string model = word(tutti::test::golden("keras_models/keras3/recurrent.h5"));
  for (const std::string& arguments :
       {std::string("--help"), std::string("train lstm --help"), std::string("--version"),
        std::string("devices"), std::string("devices --json"), "inspect " + model}) {
    CAPTURE(arguments);
    CHECK(status_of(arguments, ">/dev/full") == 1);
    CHECK_THAT(text_of(folder / "err"), Contains("standard output: No space left on device"));
    CHECK(status_of(arguments, ">&-") == 1);
    CHECK_THAT(text_of(folder / "err"), Contains("standard output"));
    CHECK(status_of(arguments, "<&- >/dev/null") == 0);
  }
  CHECK(status_of("--help", "| true") == 0);
  CHECK(text_of(folder / "err").empty());
}
