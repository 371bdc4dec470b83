#include "models/run/checkpoint.h"

#include <fstream>
#include <limits>

#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

TrainCheckpoint::Member member(std::int64_t m) {
  const auto x = static_cast<float>(m);
  TrainCheckpoint::Member one;
  one.state.epoch = 3 + m;
  one.state.steps = 17;
  one.state.weights = {{x, 0.1F, -2}, {1e-30F}, {}};
  one.state.optimizer = {16, {{"m", {{x}, {2}, {}}}, {"v", {{3}, {x}, {}}}}};
  one.state.plateau = {0.5, infinity, 2};
  one.state.loss = 0.1 + 0.2;
  one.state.correct = 5;
  if (m == 1) {
    one.state.trained = {{7, 8}};
    one.state.stopping = {0.25, 1, {1, 2, 3, none}, {{9}}, {4, {{"momentum", {{5}}}}}};
    one.left = EpochResult{none, 0.5, none, none};
    one.diverged = "the loss is not finite";
  }
  return one;
}

const TrainCheckpoint checkpoint{.history = {{{1, 0.5, 2, 0.25}, {none, none, none, none}}},
                                 .place = {5, 37},
                                 .members = 2,
                                 .member = member};

/// A folder with a run.json, for a checkpoint to belong to.
struct RunFolder : TemporaryFolder {
  RunFolder() { write_file(path() / "run.json", "{}"); }
};

}  // namespace

TEST_CASE("A checkpoint is read as it was written") {
  const RunFolder run;
  CHECK(!read_checkpoint(run.path()));
  write_checkpoint(run.path(), checkpoint);
  const auto read = read_checkpoint(run.path());
  REQUIRE(read);
  CHECK(read->members == 2);
  CHECK(read->place.steps == 5);
  CHECK(read->place.examples == 37);
  REQUIRE(read->history.size() == 1);
  CHECK(read->history[0][0].val_accuracy == 0.25);
  CHECK(std::isnan(read->history[0][1].loss));
  for (std::int64_t m = 0; m < 2; ++m) {
    const auto a = member(m), b = read->member(m);
    CHECK(b.state.epoch == a.state.epoch);
    CHECK(b.state.steps == 17);
    CHECK(b.state.weights == a.state.weights);
    CHECK(b.state.trained == a.state.trained);
    CHECK(b.state.optimizer.steps == 16);
    CHECK(b.state.optimizer.slots == a.state.optimizer.slots);
    CHECK(b.state.plateau.scale == 0.5);
    CHECK(b.state.plateau.best == infinity);
    CHECK(b.state.plateau.bad_epochs == 2);
    CHECK(b.state.stopping.best == a.state.stopping.best);
    CHECK(b.state.stopping.bad_epochs == a.state.stopping.bad_epochs);
    CHECK(b.state.stopping.weights == a.state.stopping.weights);
    CHECK(b.state.stopping.optimizer.slots == a.state.stopping.optimizer.slots);
    CHECK(b.state.loss == a.state.loss);
    CHECK(b.state.correct == 5);
    CHECK(b.left.has_value() == a.left.has_value());
    CHECK(b.diverged == a.diverged);
  }
  CHECK(read->member(1).left->accuracy == 0.5);
  CHECK(read->member(1).state.stopping.result.val_loss == 3);
  remove_checkpoint(run.path());
  CHECK(!read_checkpoint(run.path()));
}

TEST_CASE("A damaged checkpoint is an Error that names it") {
  const RunFolder run;
  write_checkpoint(run.path(), checkpoint);
  const auto path = run / "checkpoint.safetensors";
  const std::string good = read_file(path);
  const auto damaged = [&](std::string bytes) {
    write_file(path, bytes);
    CHECK_THROWS_WITH(read_checkpoint(run.path()).value().member(1),
                      Contains(path.string() + ": damaged"));
  };
  damaged("");
  damaged(good.substr(0, 7));
  damaged(good.substr(0, 100));
  damaged(std::string(8, '\xff') + good.substr(8));
  damaged(good.substr(0, good.size() - 4));  // a tensor is cut
  std::string other = good;
  other.replace(other.rfind("data_offsets"), 12, "data_offzets");
  damaged(other);
  for (std::size_t at = 0; at + 3 < good.size(); at += 11) {  // and nothing crashes
    other = good;
    other.replace(at, 3, "]9}");
    fs::remove(path);  // or closing it waits for the disk, as write_file() does
    std::ofstream(path, std::ios::binary) << other;
    try {
      read_checkpoint(run.path()).value().member(0);
    } catch (const Error&) {
    }
  }
}

TEST_CASE("A checkpoint of another run is an Error") {
  const RunFolder run;
  write_checkpoint(run.path(), checkpoint);
  write_file(run / "run.json", "{ }");
  CHECK_THROWS_WITH(read_checkpoint(run.path()),
                    Contains("checkpoint.safetensors") && Contains("of another run"));
}
