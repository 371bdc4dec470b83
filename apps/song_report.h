#pragma once
#include <nlohmann/json.hpp>

#include "datasets/audio/songs.h"

/// What the commands that read songs say of those that they could not use.
namespace tutti {

/// Lines on stderr: the first warnings, then all errors.
void tell(const SongProblems& problems);

/// Adds "errors" and "warnings": lists of path and reason.
void add_to(nlohmann::json& document, const SongProblems& problems);

}  // namespace tutti
