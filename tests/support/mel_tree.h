#pragma once
#include <filesystem>
#include <string>

#include "kernels/support/files.h"
#include "tests/support/files.h"
#include "tests/support/png.h"
#include "tests/support/values.h"

namespace tutti::test {

/// Pictures of two genres, low and high, of 48 rows and 60 columns.
struct MelTree {
  TemporaryFolder folder;

  explicit MelTree(int clips = 12, int rows = 48) {
    for (int genre = 0; genre < 2; ++genre)
      for (int i = 0; i < clips; ++i) {
        const auto path = folder / (genre ? "high" : "low") / ("clip" + std::to_string(i) + ".png");
        std::filesystem::create_directories(path.parent_path());
        const auto noise = uniform(rows * 60, static_cast<std::uint32_t>(100 * genre + i), 30);
        write_file(path, gray_png(60, rows, [&](int row, int column) {
                     const bool loud = (row < rows / 2) == (genre == 1);
                     return static_cast<int>((loud ? 140 : 80) + noise[row * 60 + column]);
                   }));
      }
  }
};

}  // namespace tutti::test
