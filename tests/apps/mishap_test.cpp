// Training that ends at any system call that changes a file, by SIGKILL or by a loss of power,
// resumes to the files of one that did not. Not where sanitizers want to be the first in a process.
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

#ifdef TUTTI_MISHAPS

using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

/// Its status, with variables for tests/support/mishaps.cpp.
int run_with(const std::string& variables, const std::string& arguments) {
  const std::string command = "env LD_PRELOAD='" TUTTI_MISHAPS "' " + variables + " '" +
                              TUTTI_PROGRAM "' " + arguments + " >/dev/null 2>&1 </dev/null";
  const int status = std::system(("exec 2>/dev/null; " + command).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// A training, the files that it leaves, and how many calls that takes.
struct Training {
  TemporaryFolder folder;
  std::string train;
  std::map<std::string, std::string> whole;
  int calls = 0;

  /// The command without --out; `prepare` makes its data in the folder.
  template <class Prepare>
  Training(const std::string& command, const Prepare& prepare) {
    prepare(folder);
    train = command + " --threads 1 --out ";
    train.replace(train.find("DATA"), 4, word(folder / "data"));
    REQUIRE(run_with("MISHAP_COUNT=" + word(folder / "count"), train + word(folder / "whole")) ==
            0);
    whole = contents(folder / "whole");
    std::ifstream(folder / "count") >> calls;
  }
};

const Training& of_a_table() {
  static const Training one("train rnn --epochs 2 --batch 16 --data DATA", [](const auto& folder) {
    std::ofstream(folder / "data") << table(60);
  });
  return one;
}

const Training& of_pictures() {
  static const Training one(
      "train melcnn --members 2 --statistics 1 --channels 8 --crop 64 --batch 4 --epochs 2 "
      "--statistics-epochs 2 --test 0 --validation 0 --data DATA",
      [](const auto& folder) {
        REQUIRE(run_tutti("synth --songs 2 --seconds 3 --quiet --out " + word(folder / "songs"))
                    .status == 0);
        REQUIRE(run_tutti("spectrogram " + word(folder / "songs/audio") +
                          " --bands mel128 --quiet --out " + word(folder / "data"))
                    .status == 0);
      });
  return one;
}

/// Ends a training at its calls `first`, `first` + `step`, … and resumes each.
void end_at_calls(const Training& training, int first, int step, bool by_power) {
  const auto& [folder, train, whole, calls] = training;
  for (int at = first; at <= calls; at += step) {
    CAPTURE(at, calls);
    const fs::path run = folder / "run", disk = folder / "disk";
    fs::create_directory(disk);
    const std::string power = by_power ? " MISHAP_DISK=" + word(disk) : "";
    REQUIRE(run_with("MISHAP_AT=" + std::to_string(at) + power, train + word(run)) == 137);
    // What was not on the disk, the folder itself or run.json, leaves a run to begin anew; what had
    // ended has nothing to resume.
    const auto resumed = run_tutti(train + word(run) + " --resume");
    INFO(resumed.err);
    const bool had_ended = resumed.err.find("its training has ended") != std::string::npos;
    CHECK((resumed.status == 0 || had_ended));
    CHECK(contents(run) == whole);
    fs::remove_all(run);
    fs::remove_all(disk);
  }
}

}  // namespace

TEST_CASE("Killed at any call that changes a file, a training resumes to the same bits", "[long]") {
  CHECK(of_a_table().calls > 60);
  end_at_calls(of_a_table(), 1, 3, false);
  CHECK(of_pictures().calls > 100);
  end_at_calls(of_pictures(), 5, of_pictures().calls / 8, false);
}

TEST_CASE("After a loss of power at any such call, a training resumes to the same bits", "[long]") {
  end_at_calls(of_a_table(), 2, 3, true);
  end_at_calls(of_pictures(), 12, of_pictures().calls / 8, true);
}

#endif
