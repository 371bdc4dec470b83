// Commands under mpirun leave the files and print the words of one process.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using tutti::test::contents;
using tutti::test::ProgramResult;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

/// The MPIs that the program was built with and whose mpirun is here; says so if there is none.
std::vector<std::string> mpis() {
  std::istringstream built(TUTTI_MPI_LIBRARIES);
  std::vector<std::string> here;
  for (std::string name; built >> name;)
    if (std::system(("command -v mpirun." + name + " >/dev/null").c_str()) == 0)
      here.push_back(name);
  if (here.empty()) std::cout << "SKIPPED: no MPI is built in whose mpirun is here\n";
  return here;
}

/// mpirun with processes that share what cores there are. It hangs on no account.
std::string mpirun(const std::string& mpi, int processes) {
  return "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
         "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none "
         "OMPI_MCA_btl_vader_single_copy_mechanism=none "
         "timeout -k 5 120 mpirun." +
         mpi + " -n " + std::to_string(processes) + ' ';
}

ProgramResult run_shell(const std::string& command) {
  const TemporaryFolder folder;
  const int status = std::system(
      ("(" + command + ") >" + word(folder / "out") + " 2>" + word(folder / "err") + " </dev/null")
          .c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(folder / "out"),
          text_of(folder / "err")};
}

ProgramResult run_many(const std::string& mpi, int processes, const std::string& arguments) {
  return run_shell(mpirun(mpi, processes) + word(TUTTI_PROGRAM) + ' ' + arguments);
}

/// In a shell of each process its rank is $RANK; $TUTTI is the program.
std::string in_each(const std::string& script) {
  return "sh -c " + word("TUTTI=" + word(TUTTI_PROGRAM) +
                         "; RANK=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}; " + script);
}

/// The files of a folder and those below it, but for a study's, which holds times.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != "study.db")
      files[fs::relative(entry.path(), folder).string()] = text_of(entry.path());
  return files;
}

std::vector<std::string> differing(const std::map<std::string, std::string>& a,
                                   const std::map<std::string, std::string>& b) {
  std::vector<std::string> names;
  for (const auto& [name, text] : a)
    if (!b.contains(name) || b.at(name) != text) names.push_back(name);
  for (const auto& [name, text] : b)
    if (!a.contains(name)) names.push_back(name);
  return names;
}

struct Songs {
  Songs() {
    REQUIRE(run_tutti("synth --songs 2 --seconds 4 --quiet --out " + word(folder.path())).status ==
            0);
    std::ofstream(folder / "table.csv") << tutti::test::table(40);
  }
  TemporaryFolder folder;
};

/// For each MPI and number of processes, that a command which writes OUT comes to what one process
/// comes to.
void check_same(const Songs& songs, const std::string& command, const std::vector<int>& processes) {
  const fs::path out = songs.folder / "out";
  const auto with_paths = [&](std::string text) {
    for (const auto& [name, path] :
         {std::pair("OUT", out), std::pair("SONGS", songs.folder.path())})
      for (std::size_t at; (at = text.find(name)) != std::string::npos;)
        text.replace(at, std::string(name).size(), word(path));
    return text + " --quiet";
  };
  const auto here = mpis();
  if (here.empty()) return;
  fs::remove_all(out);
  const ProgramResult one = run_tutti(with_paths(command));
  INFO(command);
  const auto files = fs::exists(out) ? files_of(out) : std::map<std::string, std::string>();
  for (const auto& mpi : here)
    for (const int n : processes) {
      INFO(mpi << " with " << n);
      fs::remove_all(out);
      const ProgramResult many = run_many(mpi, n, with_paths(command));
      CAPTURE(many.err);
      CHECK(many.status == one.status);
      CHECK(many.out == one.out);
      CHECK(differing(files, fs::exists(out) ? files_of(out) : files) ==
            std::vector<std::string>());
    }
}

}  // namespace

TEST_CASE("a process that knows nothing of the others does not work in their place") {
  const std::string devices = word(TUTTI_PROGRAM) + " devices";
  const auto alone = run_shell("OMPI_COMM_WORLD_SIZE=2 " + devices);
  CHECK(alone.status == 1);
  const bool built = std::string(TUTTI_MPI_LIBRARIES).find("openmpi") != std::string::npos;
  CHECK_THAT(alone.err,
             Contains("tutti: started by Open MPI's mpirun as one of 2 processes, but ") &&
                 Contains(built ? "finds itself alone" : "this build has"));
  const auto tasks = run_shell("SLURM_STEP_NUM_TASKS=4 " + devices);
  CHECK(tasks.status == 1);
  CHECK_THAT(tasks.err, Contains("srun --mpi=pmix"));
}

TEST_CASE("several processes train to the bits of one", "[distributed][long]") {
  const Songs songs;
  check_same(songs, "train ensemble --data SONGS/genres --out OUT --members 3 --epochs 2 --batch 4",
             {2, 4});
  check_same(songs,
             "train melcnn --data SONGS/audio --out OUT --members 3 --statistics 2 --channels 4 "
             "--batch 4 --epochs 2 --statistics-epochs 2 --crop 32 --folds 2",
             {3});
  check_same(songs, "train lstm --data SONGS/table.csv --out OUT --epochs 2", {2});
  check_same(songs, "reproduce rnn --data SONGS/table.csv --seeds 5 --epochs 2 --json", {1, 3});
}

TEST_CASE("a batch in shards comes to the same bits on any number of processes",
          "[distributed][long]") {
  const Songs songs;
  check_same(
      songs,
      "train melcnn --data SONGS/audio --out OUT --members 2 --channels 4 --batch 8 --epochs "
      "2 --crop 32 --data-parallel",
      {2, 3});
  check_same(songs,
             "train rnn --data SONGS/table.csv --out OUT --epochs 2 --batch 5 "
             "--data-parallel --shards 3",
             {2, 4});
}

TEST_CASE("a search comes to the same trials on any number of processes", "[distributed][long]") {
  const Songs songs;
  std::ofstream(songs.folder / "space.json")
      << R"({"lr": {"type": "float", "low": 1e-5, "high": 1e-3, "log": true}})";
  check_same(songs,
             "tune rnn --data SONGS/table.csv --out OUT --trials 7 --jobs 3 --epochs 3 "
             "--batch 8 --space SONGS/space.json --json",
             {2, 3});
  check_same(
      songs,
      "tune ensemble --data SONGS/genres --out OUT --trials 2 --members 2 --epochs 2 --batch 4 "
      "--space SONGS/space.json --json",
      {2});
}

TEST_CASE("songs are dealt out, and what is made of them comes in order", "[distributed][long]") {
  const Songs songs;
  check_same(songs, "spectrogram SONGS/audio --out OUT", {2, 3});
  check_same(songs, "evaluate pretrained --data SONGS/audio --json", {2});
  std::ofstream(songs.folder / "audio/thud/bad.wav") << "no song";
  check_same(songs, "genre SONGS/audio/thud SONGS/audio/sway --csv --windows", {1, 2, 3, 4});
  check_same(songs, "predict pretrained SONGS/audio/thud --json", {3});
  check_same(songs, "features SONGS/audio --out OUT/table.csv --json", {2});
}

TEST_CASE("what is not dealt out is done once", "[distributed]") {
  const Songs songs;
  check_same(songs, "pack SONGS/genres --out OUT/all.pack --json", {2});
}

TEST_CASE("an error that all processes come upon is said once", "[distributed]") {
  for (const auto& mpi : mpis()) {
    const auto missing = run_many(mpi, 3, "train lstm --data /nowhere --out /tmp/none");
    CHECK(missing.status == 1);
    const std::string line = "tutti: cannot read /nowhere";
    const auto first = missing.err.find(line);
    REQUIRE(first != std::string::npos);
    CHECK(missing.err.find("tutti: ", first + 1) == std::string::npos);
    CHECK(run_many(mpi, 2, "train lstm --dat x").status == 2);
  }
}

TEST_CASE("a process with another build, command line or other data is named", "[distributed]") {
  const Songs songs;
  fs::create_directories(songs.folder / "other");
  std::ofstream(songs.folder / "other/table.csv") << tutti::test::table(42);
  fs::copy_file(TUTTI_PROGRAM, songs.folder / "other/tutti");
  std::ofstream(songs.folder / "other/tutti", std::ios::app) << "another";
  const std::string train =
      "$TUTTI train lstm --data table.csv --out OUT --epochs 2 --batch 16 --quiet";
  for (const auto& mpi : mpis()) {
    const auto in_folder = [&](const std::string& script) {
      return run_shell("cd " + word(songs.folder.path()) + "; " + mpirun(mpi, 2) + in_each(script));
    };
    const auto other_build = in_folder("[ $RANK = 0 ] || TUTTI=./other/tutti; " + train);
    CHECK(other_build.status != 0);
    CHECK_THAT(other_build.err, Contains("tutti: the build differs between the processes"));
    const auto other_line = in_folder(train + " --seed 1$RANK");
    CHECK(other_line.status != 0);
    CHECK_THAT(other_line.err, Contains("tutti: the command line differs between the processes: on "
                                        "rank 0 '"));
    CHECK_THAT(other_line.err, Contains("--quiet --seed 11'"));
    const auto other_data = in_folder("[ $RANK = 0 ] || cd other; " + train);
    CHECK(other_data.status != 0);
    CHECK_THAT(other_data.err, Contains("tutti: the training differs"));
    CHECK_THAT(other_data.err, Contains("on rank 1, which runs on "));
    CHECK_THAT(other_data.err, Contains("\"fingerprint\""));
    CHECK(!fs::exists(songs.folder / "OUT"));
  }
}

TEST_CASE("a killed process ends the others, and other numbers of them resume",
          "[distributed][long]") {
  const Songs songs;
  const auto train = [&](const std::string& out) {
    return "train ensemble --data " + word(songs.folder / "genres") + " --members 3 --epochs 4 " +
           "--batch 4 --quiet --out " + word(songs.folder / out);
  };
  const auto here = mpis();
  if (!here.empty()) REQUIRE(run_tutti(train("whole")).status == 0);
  for (const auto& mpi : here) {
    const fs::path run = songs.folder / mpi, pid = songs.folder / (mpi + ".pid");
    std::chrono::steady_clock::time_point killed;
    std::jthread killer([&](const std::stop_token& ended) {
      while (!ended.stop_requested() && !fs::exists(run / "checkpoint.safetensors"))
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      killed = std::chrono::steady_clock::now();
      if (fs::exists(pid)) ::kill(std::stoi(text_of(pid)), SIGKILL);
    });
    const auto ended = run_shell(mpirun(mpi, 3) + in_each("[ $RANK = 1 ] && echo $$ >" + word(pid) +
                                                          "; exec $TUTTI " + train(mpi)));
    const auto end = std::chrono::steady_clock::now();
    killer.request_stop();
    killer.join();
    CAPTURE(ended.err);
    CHECK(ended.status != 0);
    CHECK_THAT(ended.out + ended.err, Contains("9 (Killed)") || Contains("EXIT CODE: 9"));
    CHECK(end - killed < std::chrono::seconds(30));
    CHECK(run_shell("pgrep -f -- " + word("[-]-out " + run.string())).out == "");
    CHECK(run_many(mpi, 2, train(mpi) + " --resume").status == 0);
    CHECK(differing(contents(songs.folder / "whole"), contents(run)) == std::vector<std::string>());
  }
}
