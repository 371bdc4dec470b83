#pragma once
#include <string>

namespace tutti {

/// The version of librosa whose numbers are wanted. The published tables of features came from 0.6:
/// frames beyond the ends of a song see it mirrored (since then zeros), tempo and beats are chosen
/// by older rules.
enum class LibrosaVersion { v0_6, v0_11 };

const char* name(LibrosaVersion compat);  // "0.6", "0.11"
/// An Error if there is no such version.
LibrosaVersion librosa_version_named(const std::string& name);

}  // namespace tutti
