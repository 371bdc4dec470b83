#include "datasets/splits/split_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <sstream>

#include "datasets/splits/clip_names.h"
#include "datasets/splits/group_parts.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/random.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

using Rows = std::vector<std::int32_t>;
using Kind = SplitPlan::Kind;

Rows taken(const Rows& from, const Rows& places) {
  Rows some;
  for (const auto place : places) some.push_back(from[static_cast<std::size_t>(place)]);
  return some;
}

/// Rows that a file names, sorted. `named` collects where each was named.
Rows read_part(const fs::path& file, const SplitData& data, const ClipNames& clips,
               std::map<std::int32_t, std::string>& named) {
  std::istringstream text(read_file(file));
  Rows rows;
  std::vector<std::string> missing;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    const std::string where = file.string() + ", line " + std::to_string(++number);
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with('#')) continue;
    if (line.ends_with('\r')) line.pop_back();
    const auto found = clips.find(line);
    if (found.size() > 1)
      throw Error(where, ": '", line, "' may be ", found.size(), " clips; name its folder too");
    if (found.empty()) {
      missing.push_back("\n  line " + std::to_string(number) + ": " + line);
      continue;
    }
    const auto [before, added] = named.emplace(found[0], where);
    if (!added) throw Error(where, ": '", line, "' was named before, in ", before->second);
    rows.push_back(found[0]);
  }
  if (!missing.empty()) {
    constexpr std::size_t most = 10;
    std::string list;
    for (std::size_t i = 0; i < std::min(most, missing.size()); ++i) list += missing[i];
    if (missing.size() > most) list += "\n  and " + std::to_string(missing.size() - most) + " more";
    throw Error(file.string(), " names ", missing.size(),
                missing.size() == 1 ? " clip that is" : " clips that are", " not among the ",
                data.names.size(), "; add them or remove the lines:", list);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// An Error if a part lacks a class. `part` says which it is.
void expect_classes(const Rows& rows, const SplitData& data, const std::string& part) {
  std::vector<bool> there(data.classes.size());
  for (const auto row : rows)
    there[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(row)])] = true;
  for (std::size_t c = 0; c < there.size(); ++c)
    if (!there[c])
      throw Error(part, " has no clip of '", data.classes[c],
                  "'; every part needs clips of every class");
}

ThreeWaySplit from_files(const SplitPlan& plan, const SplitData& data) {
  const ClipNames clips(data.names);
  std::map<std::int32_t, std::string> named;
  ThreeWaySplit split;
  const auto read = [&](const fs::path& file) {
    Rows rows = read_part(file, data, clips, named);
    expect_classes(rows, data, file.string());
    return rows;
  };
  split.train = read(plan.files.front());
  if (plan.files.size() == 3) split.validation = read(plan.files[1]);
  split.test = read(plan.files.back());
  return split;
}

ThreeWaySplit at_random(const SplitData& data, double test_share, double validation_share,
                        std::uint64_t seed) {
  const auto n = std::ssize(data.names);
  auto [train, test] = split_train_test(n, 1 - test_share, seed);
  if (validation_share == 0) return {train, {}, test};
  const auto inner =
      split_train_test(std::ssize(train), 1 - validation_share, RandomStream(seed).derive(1).key());
  return {taken(train, inner.train), taken(train, inner.test), test};
}

/// Some rows of a data set as one.
struct SomeRows {
  SomeRows(const SplitData& data, const Rows& rows)
      : labels(taken(data.labels, rows)), classes(data.classes) {
    for (const auto row : rows) names.push_back(data.names[static_cast<std::size_t>(row)]);
  }
  SplitData data() const { return {names, labels, classes}; }

  std::vector<std::string> names;
  Rows labels;
  const std::vector<std::string>& classes;
};

std::vector<Rows> by_groups(const SplitPlan& plan, const SplitData& data,
                            const std::vector<double>& shares, std::uint64_t seed) {
  const auto groups = read_clip_groups(plan.files[0], data.names);
  if (groups.names.size() == 1)
    throw Error(plan.files[0].string(), " puts all clips into the group '", groups.names[0],
                "'; parts that share none take at least ", shares.size());
  auto parts = group_parts(groups.group, data.labels, data.classes.size(), shares, seed);
  for (std::size_t part = 0; part < parts.size(); ++part)
    if (shares[part] > 0)
      expect_classes(parts[part], data,
                     plan.files[0].string() + ": one of " + std::to_string(shares.size()) +
                         " parts that share no group");
  return parts;
}

}  // namespace

SplitPlan split_plan_named(const std::string& text) {
  if (text == "random") return {Kind::random, {}};
  if (text == "stratified") return {Kind::stratified, {}};
  const bool files = text.starts_with("files:");
  if (!files && !text.starts_with("groups:"))
    throw Error("'", text,
                "' is not a way to split; random, stratified, "
                "files:TRAIN,VALIDATION,TEST, files:TRAIN,TEST and groups:CSV are");
  SplitPlan plan{files ? Kind::files : Kind::groups, {}};
  std::istringstream list(text.substr(text.find(':') + 1));
  if (!files) plan.files = {list.str()};
  for (std::string path; files && std::getline(list, path, ',');) plan.files.emplace_back(path);
  const bool empty = std::ranges::any_of(plan.files, &fs::path::empty) || text.ends_with(',');
  if (empty || (files && plan.files.size() != 2 && plan.files.size() != 3))
    throw Error("'", text, "' does not name its files; ",
                files ? "files:TRAIN,VALIDATION,TEST or files:TRAIN,TEST" : "groups:CSV",
                " is wanted");
  return plan;
}

std::string name(const SplitPlan& plan) {
  if (plan.kind == Kind::random) return "random";
  if (plan.kind == Kind::stratified) return "stratified";
  std::string text;
  for (const auto& file : plan.files)
    text += (text.empty() ? plan.kind == Kind::files ? "files:" : "groups:" : ",") + file.string();
  return text;
}

ThreeWaySplit split_by(const SplitPlan& plan, const SplitData& data, double test_share,
                       double validation_share_of_rest, std::uint64_t seed) {
  switch (plan.kind) {
    case Kind::files:
      return from_files(plan, data);
    case Kind::random:
      return at_random(data, test_share, validation_share_of_rest, seed);
    case Kind::groups: {
      const double validation = (1 - test_share) * validation_share_of_rest;
      auto parts =
          by_groups(plan, data, {1 - test_share - validation, validation, test_share}, seed);
      return {parts[0], parts[1], parts[2]};
    }
    case Kind::stratified:
      break;
  }
  return split_stratified(data.labels, data.classes, test_share, validation_share_of_rest, seed);
}

ThreeWaySplit split_by(const SplitPlan& plan, const SplitData& data, const Rows& rows,
                       double test_share, double validation_share_of_rest, std::uint64_t seed) {
  const SomeRows some(data, rows);
  const auto split = split_by(plan, some.data(), test_share, validation_share_of_rest, seed);
  return {taken(rows, split.train), taken(rows, split.validation), taken(rows, split.test)};
}

std::vector<Split> folds_by(const SplitPlan& plan, const SplitData& data, const Rows& rows, int k,
                            std::uint64_t seed) {
  const SomeRows some(data, rows);
  auto folds = folds_by(plan, some.data(), k, seed);
  for (auto& [train, test] : folds) {
    train = taken(rows, train);
    test = taken(rows, test);
  }
  return folds;
}

std::vector<Split> folds_by(const SplitPlan& plan, const SplitData& data, int k,
                            std::uint64_t seed) {
  if (plan.kind == Kind::stratified) return k_folds(data.labels, data.classes, k, seed);
  if (plan.kind == Kind::files)
    throw Error(name(plan), " makes one split; folds can be random, stratified or by groups:CSV");
  if (k < 2) throw Error(k, " folds; cross-validation takes at least 2");
  std::vector<Split> folds(static_cast<std::size_t>(k));
  if (plan.kind == Kind::random) {
    const auto n = std::ssize(data.names);
    if (n < k) throw Error(k, " folds of ", n, " clips; every fold needs one");
    Rows order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    RandomStream(seed).shuffle(order);
    for (std::size_t i = 0; i < order.size(); ++i) folds[i % folds.size()].test.push_back(order[i]);
  } else {
    auto parts = by_groups(plan, data, std::vector<double>(folds.size(), 1.0 / k), seed);
    for (std::size_t i = 0; i < folds.size(); ++i) folds[i].test = std::move(parts[i]);
  }
  for (auto& fold : folds) {
    std::sort(fold.test.begin(), fold.test.end());
    for (const auto& other : folds)
      if (&other != &fold)
        fold.train.insert(fold.train.end(), other.test.begin(), other.test.end());
    std::sort(fold.train.begin(), fold.train.end());
  }
  return folds;
}

}  // namespace tutti
