// Ctrl-C: the step under way ends, what is finished is saved, and the exit status says so.
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/mel_tree.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using tutti::test::TemporaryFolder;
using tutti::test::text_of;

namespace {

/// Presses Ctrl-C after the first epoch; returns what the program says. Its run is FOLDER/run.
std::string interrupted(const std::filesystem::path& folder, const std::string& training) {
  std::ofstream(folder / "interrupt.sh") << "cd \"$1\"\n"
                                            "\"$2\" train "
                                         << training
                                         << " --out run 2> err > out &\n"
                                            "until grep -q val_loss err || ! kill -0 $!; do\n"
                                            "  sleep 0.05\n"
                                            "done\n"
                                            "kill -INT $!\n"
                                            "wait $!\n";
  const std::string command = "timeout 120 sh " + tutti::test::word(folder / "interrupt.sh") + ' ' +
                              tutti::test::word(folder) + " '" + TUTTI_PROGRAM + "'";
  const int status = std::system(command.c_str());
  std::string err = text_of(folder / "err");
  INFO(err);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  return err;
}

}  // namespace

TEST_CASE("Ctrl-C ends training after the current step and leaves the run") {
  const TemporaryFolder folder;
  std::ofstream(folder / "songs.csv") << tutti::test::table(40);
  const std::string err =
      interrupted(folder.path(), "rnn --epochs 1000000 --batch 8 --data songs.csv");
  CHECK_THAT(err, Contains("tutti: stopped; run holds the state"));
  CHECK(std::filesystem::exists(folder / "run/model.h5"));
  CHECK(std::filesystem::exists(folder / "run/accuracy.png"));
}

TEST_CASE("Ctrl-C of networks without checkpoints says that --resume starts again") {
  const TemporaryFolder folder;
  const tutti::test::MelTree tree;
  const std::string err =
      interrupted(folder.path(),
                  "melcnn --members 0 --statistics 1 --statistics-epochs 1000000 "
                  "--batch 4 --data " +
                      tutti::test::word(tree.folder.path()));
  CHECK_THAT(err, Contains("tutti: stopped; the same command with --resume starts again"));
}
