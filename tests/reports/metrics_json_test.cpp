#include "reports/metrics_json.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace tutti;

TEST_CASE("The JSON of metrics has the promised keys and nothing else") {
  const auto json = to_json(measure({0, 1, 1}, {0, 0, 1}, {"rock", "jazz"}, 0.25));
  const auto expected = R"({
    "accuracy": 0.6666666666666666, "loss": 0.25, "classes": ["rock", "jazz"],
    "confusion": [[1, 1], [0, 1]],
    "per_class": {
      "rock": {"precision": 1.0, "recall": 0.5, "true_positive_rate": 0.5,
               "false_positive_rate": 0.0, "f1": 0.6666666666666666},
      "jazz": {"precision": 0.5, "recall": 1.0, "true_positive_rate": 1.0,
               "false_positive_rate": 0.5, "f1": 0.6666666666666666}}})"_json;
  CHECK(json == expected);
}

TEST_CASE("A genre whose name is not UTF-8 still makes valid JSON") {
  const auto json = to_json(measure({0}, {0}, {"caf\xe9"}, 0));
  CHECK(json["classes"][0] == "caf\xef\xbf\xbd");
  CHECK_NOTHROW(json.dump());
}

TEST_CASE("The confusion matrix as CSV has the true genres as rows") {
  const auto metrics = measure({1, 1, 1, 0}, {0, 0, 1, 0}, {"rock", "jazz"}, 0);
  CHECK(confusion_csv(metrics) ==
        "true\\predicted,rock,jazz\n"
        "rock,1,2\n"
        "jazz,0,1\n");
}

TEST_CASE("Names with commas, quotes and line ends are quoted in CSV") {
  const auto metrics = measure({0}, {0}, {"R,B", "the \"Best\"", "two\nlines", "plain name"}, 0);
  CHECK(confusion_csv(metrics) ==
        "true\\predicted,\"R,B\",\"the \"\"Best\"\"\",\"two\nlines\",plain name\n"
        "\"R,B\",1,0,0,0\n"
        "\"the \"\"Best\"\"\",0,0,0,0\n"
        "\"two\nlines\",0,0,0,0\n"
        "plain name,0,0,0,0\n");
}

TEST_CASE("The history as CSV has one row per epoch and member, exact numbers and NaN as nothing") {
  const History history = {{{2.5, 0.1, NAN, NAN}, {1.0 / 3, 1, 1e-7, 0.5}}, {{0.1 + 0.2, 0, 4, 1}}};
  CHECK(history_csv(history) ==
        "epoch,member,loss,accuracy,val_loss,val_accuracy\n"
        "1,0,2.5,0.1,,\n"
        "1,1,0.3333333333333333,1,1e-07,0.5\n"
        "2,0,0.30000000000000004,0,4,1\n");
  CHECK(history_csv({}) == "epoch,member,loss,accuracy,val_loss,val_accuracy\n");
}
