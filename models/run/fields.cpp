#include "models/run/fields.h"

#include <algorithm>

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

RunFields::RunFields(const json& object, const fs::path& file, std::string prefix)
    : object_(&object), file_(file), prefix_(std::move(prefix)) {
  if (object.is_object()) return;
  const std::string of = prefix_.empty() ? "it" : prefix_.substr(0, prefix_.size() - 1);
  throw Error(file_.string(), ": damaged: ", of, " is not an object");
}

const json& RunFields::at(const char* key) const {
  if (!object_->contains(key)) fail(key, "is missing");
  return (*object_)[key];
}

void RunFields::expect_only(const std::vector<std::string>& keys) const {
  for (const auto& [key, value] : object_->items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::string known;
    for (const auto& one : keys) known += (known.empty() ? "" : ", ") + one;
    fail(key, "is not known; there are " + known);
  }
}

void RunFields::fail(const std::string& key, const std::string& what) const {
  throw Error(file_.string(), ": damaged: '", prefix_, key, "' ", what);
}

}  // namespace tutti
