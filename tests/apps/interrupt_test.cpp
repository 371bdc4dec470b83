// Ctrl-C: the step under way ends, what is finished is saved, and the exit status says so.
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using tutti::test::TemporaryFolder;
using tutti::test::text_of;

TEST_CASE("Ctrl-C ends training after the current step and leaves the run") {
  const TemporaryFolder folder;
  std::ofstream(folder / "songs.csv") << tutti::test::table(40);
  std::ofstream(folder / "interrupt.sh") << "cd \"$1\"\n"
                                            "\"$2\" train rnn --epochs 1000000 --batch 8 "
                                            "--data songs.csv --out run 2> err > out &\n"
                                            "until grep -q val_loss err || ! kill -0 $!; do\n"
                                            "  sleep 0.05\n"
                                            "done\n"
                                            "kill -INT $!\n"
                                            "wait $!\n";
  const std::string command = "timeout 120 sh " + tutti::test::word(folder / "interrupt.sh") + ' ' +
                              tutti::test::word(folder.path()) + " '" + TUTTI_PROGRAM + "'";
  const int status = std::system(command.c_str());
  INFO(text_of(folder / "err"));
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  CHECK_THAT(text_of(folder / "err"), Contains("tutti: stopped; run holds the state"));
  CHECK(std::filesystem::exists(folder / "run/model.h5"));
  CHECK(std::filesystem::exists(folder / "run/accuracy.png"));
}
