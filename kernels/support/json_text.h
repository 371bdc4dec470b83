#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "kernels/support/error.h"

namespace tutti {

inline constexpr int deepest_json = 100;  // levels

/// The one way to read JSON: from text that anyone may have written. An Error, which begins with
/// `what`, unless it is JSON and nested no deeper than any of ours; what walks it would overflow
/// the stack.
template <class Json = nlohmann::json>
Json parse_json(const std::string& text, const std::string& what) {
  const auto limit_depth = [&](int depth, typename Json::parse_event_t, Json&) {
    if (depth > deepest_json) throw Error(what, " is nested more than ", deepest_json, " deep");
    return true;
  };
  try {
    return Json::parse(text, limit_depth);
  } catch (const typename Json::exception& problem) {
    const auto* wrong = dynamic_cast<const typename Json::parse_error*>(&problem);
    throw Error(what, " is not JSON: ",
                wrong ? "it ends, or goes wrong, at byte " + std::to_string(wrong->byte)
                      : "a number in it is too large");
  }
}

}  // namespace tutti
