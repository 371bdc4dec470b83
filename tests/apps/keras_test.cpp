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
                              " --precision fp32 --quiet --input " + word(folder / "x.npy") +
                              " --output " + word(folder / "y.npy");
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

TEST_CASE("run takes a length that the model leaves open from the arrays, inspect shows it open") {
  const TemporaryFolder folder;
  const std::string file = word(golden("keras_dialects/keras2/any_length.h5"));
  CHECK_THAT(run_tutti("inspect " + file).out, Contains("(None, None, 6)"));
  const json document = json::parse(run_tutti("inspect --json " + file).out);
  CHECK(document.at("layers").at(1).at("output_shape") == json({nullptr, 4}));
  for (const std::int64_t length : {11, 30}) {
    write_npy(folder / "x.npy", Tensor::from({2, length, 3}, uniform(6 * length, 1, 1.0)));
    const auto result = run_tutti("run " + file + " --quiet --input " + word(folder / "x.npy") +
                                  " --output " + word(folder / "y.npy"));
    CAPTURE(result.err);
    REQUIRE(result.status == 0);
    CHECK(read_npy(folder / "y.npy").shape() == Shape{2, 2});
  }
  write_npy(folder / "x.npy", Tensor::from({2, 5, 4}, uniform(40, 1, 1.0)));
  const auto refused = run_tutti("run " + file + " --quiet --input " + word(folder / "x.npy") +
                                 " --output " + word(folder / "y.npy"));
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("x.npy: it takes inputs of [-1, 3]"));
}

TEST_CASE("run and inspect take weights alone beside their architecture") {
  const TemporaryFolder folder;
  for (const std::string version : {"keras2", "keras3"}) {
    const auto from = golden("keras_dialects");
    const json answer =
        json::parse(text_of(from / (version + ".json"))).at("models").at("weights_alone");
    const std::string file = word(from / version / answer.at("file").get<std::string>()),
                      architecture =
                          " --architecture " + word(from / version / "weights_alone.json");
    write_npy(folder / "x.npy", Tensor::from({3, 6}, uniform(18, 1, 1.0)));
    const auto result =
        run_tutti("run " + file + architecture + " --precision fp32 --quiet --input " +
                  word(folder / "x.npy") + " --output " + word(folder / "y.npy"));
    CAPTURE(result.err);
    REQUIRE(result.status == 0);
    const auto values = read_npy(folder / "y.npy").to_vector<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK(values[i] == Approx(answer.at("values")[i].get<double>()).epsilon(1e-5).margin(1e-6));
    CHECK_THAT(run_tutti("inspect " + file + architecture).out, Contains("(BatchNormalization)"));
  }
  CHECK_THAT(run_tutti("inspect " + word(golden("keras_dialects/keras2/weights_alone.h5"))).err,
             Contains("--architecture"));
}
