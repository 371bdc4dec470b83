// Training that is killed at any moment and resumed leaves the files of one that was not.
#include <fcntl.h>
#include <sys/file.h>

#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using nlohmann::json;
using tutti::test::contents;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

#ifdef TUTTI_SANITIZED  // which looks for other faults, and is slow
constexpr unsigned seeds = 1;
constexpr double next_time = 1.6;
#else
constexpr unsigned seeds = 2;
constexpr double next_time = 1.2;
#endif

/// What the last program that run_for() ran wrote to stderr.
fs::path last_words() {
  static const TemporaryFolder folder;
  return folder / "err";
}

/// Runs the program until it ends by itself, or is killed after so many seconds; returns once it is
/// gone.
int run_for(double seconds, const std::string& arguments) {
  const std::string command = std::string("'") + TUTTI_PROGRAM + "' " + arguments +
                              " >/dev/null 2>" + word(last_words()) +
                              " </dev/null & tutti=$!; (sleep " + std::to_string(seconds) +
                              "; kill -9 $tutti) & wait $tutti";
  const int status = std::system(("exec 2>/dev/null; " + command).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Kills a training again and again, each time later, until one resumes to its end; returns how
/// often it was killed with a checkpoint in the folder.
int train_with_kills(const std::string& train, const fs::path& run, unsigned seed) {
  std::mt19937 random(seed);
  int resumed = 0;
  for (double longest = 0.05;; longest *= next_time) {
    const double seconds = std::uniform_real_distribution(0.01, longest)(random);
    const int status = run_for(seconds, train + " --resume");
    if (status == 0) return resumed;
    CAPTURE(text_of(last_words()));
    REQUIRE(status == 137);
    if (text_of(run / "run.json").find("\"finished\"") != std::string::npos) {
      run_tutti(train + " --resume");  // killed after its end: what is left over goes
      return resumed;
    }
    resumed += fs::exists(run / "checkpoint.safetensors");
  }
}

/// Kills a long training once an epoch of it is finished, however slow the machine is.
void kill_after_an_epoch(const std::string& train, const fs::path& run) {
  for (double seconds = 2; !fs::exists(run / "checkpoint.safetensors"); seconds *= 2)
    REQUIRE(run_for(seconds, train + " --resume") == 137);
}

std::string songs_csv(const fs::path& folder) {
  std::ofstream(folder / "songs.csv") << tutti::test::table(60);
  return "--data " + word(folder / "songs.csv");
}

}  // namespace

TEST_CASE("A classifier that is killed at any moment resumes to the same bits", "[long]") {
  const TemporaryFolder folder;
  const std::string data = songs_csv(folder.path());
  for (const std::string model : {"rnn", "lstm"}) {
    const std::string train = "train " + model + ' ' + data + " --epochs 4 --batch 8 " +
                              "--checkpoint-minutes 0.0003 --out ";
    REQUIRE(run_tutti(train + word(folder / model) + " --threads 2").status == 0);
    const auto whole = contents(folder / model);
    CHECK(!whole.contains("checkpoint.safetensors"));
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const fs::path run = folder / (model + std::to_string(seed));
      const int resumed = train_with_kills(train + word(run) + " --threads 1", run, seed);
      INFO(model << ", killed and resumed " << resumed << " times");
      CHECK(contents(run) == whole);
    }
  }
}

TEST_CASE("An ensemble that is killed resumes to the same bits, also in a moved folder", "[long]") {
  const TemporaryFolder folder;
  REQUIRE(
      run_tutti("synth --no-audio --songs 2 --seconds 2 --quiet --out " + word(folder / "songs"))
          .status == 0);
  const std::string train = "train ensemble --members 2 --epochs 6 --batch 8 --data " +
                            word(folder / "songs/genres") + " --checkpoint-minutes 0.001 --out ";
  REQUIRE(run_tutti(train + word(folder / "whole")).status == 0);
  const auto whole = contents(folder / "whole");

  for (double seconds = 0.4; !fs::exists(folder / "run/checkpoint.safetensors"); seconds *= 1.2)
    REQUIRE(run_for(seconds, train + word(folder / "run") + " --resume") == 137);
  const auto early =
      run_tutti("predict " + word(folder / "run") + ' ' + word(folder / "songs/genres/thud"));
  if (early.status == 0) {
    CHECK_THAT(early.err, Contains("has not ended; this is its model after epoch"));
  } else {
    CHECK_THAT(early.err, Contains("no epoch of its training is finished"));
  }
  fs::rename(folder / "run", folder / "moved");
  const auto resumed = run_tutti(train + word(folder / "moved") + " --resume");
  CHECK(resumed.status == 0);
  CHECK_THAT(resumed.err, Contains("resumed after epoch"));
  CHECK(contents(folder / "moved") == whole);
}

TEST_CASE("MelCnns that are killed resume to the same bits, and so do the networks after them",
          "[long]") {
  const TemporaryFolder folder;
  REQUIRE(run_tutti("synth --songs 2 --seconds 4 --quiet --out " + word(folder / "songs")).status ==
          0);
  REQUIRE(run_tutti("spectrogram " + word(folder / "songs/audio") +
                    " --bands mel128 --quiet --out " + word(folder / "mel"))
              .status == 0);
  const std::string train =
      "train melcnn --members 2 --statistics 1 --channels 8 --crop 64 --batch 4 --epochs 4 "
      "--statistics-epochs 10 --test 0 --validation 0 --checkpoint-minutes 0.0003 --data " +
      word(folder / "mel") + " --out ";
  REQUIRE(run_tutti(train + word(folder / "whole")).status == 0);
  const auto whole = contents(folder / "whole");
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    const fs::path run = folder / std::to_string(seed);
    INFO("resumed " << train_with_kills(train + word(run), run, seed) << " times");
    CHECK(contents(run) == whole);
  }
}

TEST_CASE("A folder of other files is not taken for a run to resume") {
  const TemporaryFolder folder;
  const std::string data = songs_csv(folder.path());
  fs::create_directory(folder / "mine");
  std::ofstream(folder / "mine/metrics.json") << "of something else";
  const auto refused = run_tutti("train rnn --resume --out " + word(folder / "mine") + ' ' + data);
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("mine: already holds files and no run.json"));
  CHECK(text_of(folder / "mine/metrics.json") == "of something else");
}

TEST_CASE("A run by the kernels of the GPU goes on in its precision alone") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  const std::string train = "train rnn --device simt --epochs 1000000 --batch 4 --out " +
                            word(run) + ' ' + songs_csv(folder.path());
  kill_after_an_epoch(train + " --precision fp32", run);
  CHECK_THAT(run_tutti(train + " --resume").err,
             Contains("it was trained with precision \"fp32\", not \"tf32\""));
}

TEST_CASE("What cannot be resumed says why and stays as it is") {
  const TemporaryFolder folder;
  const std::string data = songs_csv(folder.path());
  const fs::path run = folder / "run";
  const std::string train = "train rnn --epochs 1000000 --batch 4 --out " + word(run) + ' ';
  kill_after_an_epoch(train + data, run);
  run_tutti(train + data + " --resume --lr 0.5");  // refused, but removes a half-written file
  const auto before = contents(run);
  const auto refused = [&](const std::string& options, const std::string& message) {
    const auto result = run_tutti(options);
    CHECK(result.status == 1);
    CHECK_THAT(result.err, Contains(message));
    CHECK(contents(run) == before);
  };
  refused(train + data + " --resume --lr 0.5", "it was trained with lr 0.001, not 0.5");
  refused(train + data + " --resume --seed 7", "it was trained with seed 54, not 7");
  refused(train + data + " --resume --device simt", "it was trained with device \"cpu\"");
  refused(train + data, "already holds files");
  std::ofstream(folder / "other.csv") << tutti::test::table(50);
  refused(train + "--resume --data " + word(folder / "other.csv"), "on other data");
  std::ofstream(run / "checkpoint.safetensors") << "text";
  CHECK_THAT(run_tutti(train + data + " --resume").err,
             Contains("checkpoint.safetensors: damaged"));

  const int held = ::open(run.c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(held, LOCK_EX) == 0);
  CHECK_THAT(run_tutti(train + data + " --resume").err,
             Contains("another process is writing to this folder"));
  ::close(held);

  const std::string quick = "train rnn --epochs 1 --out " + word(folder / "done") + ' ' + data;
  REQUIRE(run_tutti(quick + " --resume").status == 0);  // where there is no run, it begins one
  CHECK_THAT(run_tutti(quick + " --resume").err, Contains("there is nothing to resume"));
}

TEST_CASE("predict and evaluate say when a training has not ended") {
  const TemporaryFolder folder;
  const std::string data = songs_csv(folder.path());
  kill_after_an_epoch(
      "train rnn --epochs 1000000 --batch 4 --out " + word(folder / "run") + ' ' + data,
      folder / "run");
  const auto evaluated = run_tutti("evaluate " + word(folder / "run") + ' ' + data);
  CHECK(evaluated.status == 0);
  CHECK_THAT(evaluated.err, Contains("run has not ended; this is its model after epoch"));
  const auto predicted =
      run_tutti("predict " + word(folder / "run") + ' ' + word(folder / "songs.csv"));
  CHECK(predicted.status == 0);
  CHECK_THAT(predicted.err, Contains("run has not ended"));
  fs::remove(folder / "run/checkpoint.safetensors");
  CHECK_THAT(run_tutti("predict " + word(folder / "run") + ' ' + word(folder / "songs.csv")).err,
             Contains("no epoch of its training is finished"));
}
