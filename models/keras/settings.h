#pragma once
#include <nlohmann/json.hpp>

namespace tutti {

/// What a Keras configuration says of a setting; `fallback` where it says nothing, or null.
template <class T>
T setting(const nlohmann::json& config, const char* key, T fallback) {
  const auto found = config.find(key);
  return found == config.end() || found->is_null() ? fallback : found->get<T>();
}

}  // namespace tutti
