#pragma once
#include "kernels/support/enum_names.h"

namespace tutti {

/// The version of librosa whose numbers are wanted. The published tables of features came from 0.6:
/// frames beyond the ends of a song see it mirrored (since then zeros), tempo and beats are chosen
/// by older rules.
enum class LibrosaVersion { v0_6, v0_11 };
template <>
inline constexpr EnumNames<LibrosaVersion> enum_names<LibrosaVersion> = {
    "a version of librosa", {{LibrosaVersion::v0_6, "0.6"}, {LibrosaVersion::v0_11, "0.11"}}};

}  // namespace tutti
