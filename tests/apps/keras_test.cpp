#include <nlohmann/json.hpp>

#include "datasets/npy.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/values.h"

using nlohmann::json;
using namespace tutti;
using namespace tutti::test;

TEST_CASE("inspect prints the layers of a Keras file") {
  const std::string file = word(golden("keras_models/keras3/conv1d.h5"));
  const auto result = run_tutti("inspect " + file);
  CHECK(result.status == 0);
  CHECK_THAT(result.out, Contains("(Conv1D)") && Contains("(None, 9, 5)") &&
                             Contains("(BatchNormalization)  (None, 9, 4)") &&
                             Contains("Parameters: "));
  const json document = json::parse(run_tutti("inspect --json " + file).out);
  CHECK(document.at("layers").size() == 9);
  CHECK(document.at("trainable") == 3 * 3 * 4 + 4 + 4 + 2 * 4 * 5 + 5 + 5 * 4 + 4);
  CHECK(document.at("not_trainable") == 2 * 4);
}

TEST_CASE("run gives a Keras model's outputs for arrays") {
  const TemporaryFolder folder;
  const json answer =
      json::parse(text_of(golden("keras_models/keras3.json"))).at("models").at("conv2d.keras");
  write_npy(folder / "x.npy", Tensor::from({3, 9, 8, 2}, uniform(3 * 9 * 8 * 2, 1, 1.0)));
  const std::string command = "run " + word(golden("keras_models/keras3/conv2d.keras")) +
                              " --quiet --input " + word(folder / "x.npy") + " --output " +
                              word(folder / "y.npy");
  for (const char* options : {"", " --batch 2", " --device simt"}) {
    const auto result = run_tutti(command + options);
    CAPTURE(options, result.err);
    REQUIRE(result.status == 0);
    const Tensor y = read_npy(folder / "y.npy");
    CHECK(y.shape() == Shape{3, 5});
    const auto values = y.to_vector<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK(values[i] == Approx(answer.at("values")[i].get<double>()).epsilon(1e-5).margin(1e-6));
  }
  write_npy(folder / "x.npy", Tensor::from({3, 4}, uniform(12, 1, 1.0)));
  const auto refused = run_tutti(command);
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("x.npy: is [3, 4]") && Contains("[9, 8, 2]"));
}
