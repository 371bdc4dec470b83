#include "models/calibration.h"

#include <cmath>

#include "kernels/support/random.h"
#include "models/prediction.h"
#include "models/vote.h"
#include "tests/support/catch.h"

using namespace tutti;

TEST_CASE("A temperature divides logits") {
  const Tensor p = Tensor::from({1, 2, 2}, std::vector<float>{0.2f, 0.8f, 1, 0});
  const auto warm = tempered_mean(p, 2);
  CHECK(warm[0] == Approx(1 / (1 + std::exp(std::log(4.0) / 2))));
  CHECK(warm[0] + warm[1] == Approx(1));
  CHECK(warm[3] == Approx(0).margin(1e-6));
  CHECK(tempered_mean(p, 1)[0] == Approx(0.2));
  CHECK(tempered_mean(p, 0.5)[1] == Approx(0.64 / 0.68));
}

TEST_CASE("The vote is tempered, not its members") {
  const Tensor p = Tensor::from({2, 1, 2}, std::vector<float>{0.9f, 0.1f, 0.3f, 0.7f});
  CHECK(tempered_mean(p, 0.5)[0] == Approx(0.36 / (0.36 + 0.16)));
  const Prediction song = decide("a.wav", p, 0, 1, {"jazz", "rock"}, Vote::mean, 0.5);
  CHECK(song.probability == Approx(0.36 / (0.36 + 0.16)));
  CHECK(song.windows.at(0).probability == song.probability);
  CHECK(song.votes == std::vector<std::string>{"jazz", "rock"});
}

TEST_CASE("The fitted temperature undoes one that was too low or too high") {
  RandomStream random(1);
  std::vector<float> right;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 4000; ++i) {
    const double p = random.uniform(0.02, 0.98);
    right.push_back(static_cast<float>(1 - p));
    right.push_back(static_cast<float>(p));
    labels.push_back(random.uniform() < p);
  }
  const Tensor calibrated = Tensor::from({1, 4000, 2}, right);
  CHECK(fit_temperature(calibrated, labels) == Approx(1).epsilon(0.06));
  for (const double wrong : {0.25, 3.0})
    CHECK(fit_temperature(Tensor::from({1, 4000, 2}, tempered_mean(calibrated, wrong)), labels) ==
          Approx(1 / wrong).epsilon(0.06));
  CHECK_THROWS_WITH(fit_temperature(calibrated, {}), Contains("there are none"));
}
