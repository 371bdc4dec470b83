#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "datasets/pack/pack.h"

namespace tutti {

struct Packed {
  PackIndex index;
  std::uint64_t bytes;  // of the file
};

/// Packs a tree of pictures or, if it holds songs, of their mel pictures; or a table of features.
/// A tree is decoded a few files at a time. Errors as of what reads them; nothing is left at `out`
/// then, nor if it is told to stop, which is an Error too.
Packed pack(const std::filesystem::path& data, const std::filesystem::path& out,
            bool skip_bad = false, const Progress& progress = {}, std::stop_token stop = {});

}  // namespace tutti
