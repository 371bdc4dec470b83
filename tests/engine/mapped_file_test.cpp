#include "engine/mapped_file.h"

#include <fstream>

#include "engine/training/data_loader.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using tutti::test::TemporaryFolder;

namespace {

std::filesystem::path written(const TemporaryFolder& folder, const std::vector<float>& values) {
  const auto path = folder / "values.bin";
  std::ofstream file(path, std::ios::binary);
  file.write("head", 4);
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(float)));
  return path;
}

}  // namespace

TEST_CASE("A mapped file is a tensor of its elements") {
  const TemporaryFolder folder;
  const auto path = written(folder, {1, 2, 3, 4, 5, 6});
  Tensor x = map_file(path, 4, {3, 2}, DType::float32);
  CHECK(x.shape() == Shape{3, 2});
  CHECK(x.slice(1, 2).to_vector<float>() == std::vector<float>{3, 4, 5, 6});
  std::filesystem::remove(path);
  CHECK(x.to_vector<float>().back() == 6);
  x.data<float>()[0] = 9;  // in memory alone
  CHECK(x.slice(0, 1).to_vector<float>() == std::vector<float>{9, 2});
  const auto other = written(folder, {1, 2});
  map_file(other, 4, {2}, DType::float32).data<float>()[0] = 9;
  CHECK(map_file(other, 4, {2}, DType::float32).to_vector<float>() == std::vector<float>{1, 2});
  CHECK(map_file(other, 12, {0, 5}, DType::float32).size() == 0);
}

TEST_CASE("A loader gathers rows of a mapped file that is larger than what is read") {
  const TemporaryFolder folder;
  const auto path = folder / "large.bin";
  std::ofstream(path) << "";
  constexpr std::int64_t rows = 1 << 12, row = 1 << 20;  // 4 GiB, a hole but for a few bytes
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(rows * row));
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    for (const std::int64_t at : {3, 4000}) {
      file.seekp(at * row);
      file.put(static_cast<char>(at % 100));
    }
  }
  const Tensor x = map_file(path, 0, {rows, row}, DType::uint8);
  std::vector<std::int32_t> labels(rows, 0);
  labels[4000] = 1;
  DataLoader loader(Examples(x, labels, {4000, 3}),
                    {.batch = 2, .shuffle = false, .stream = true, .device = Device::simt});
  for (auto [batch, y] : loader) {
    CHECK(batch.data.shape() == Shape{2, row});
    CHECK(batch.data.slice(0, 1).to_vector<std::uint8_t>()[0] == 0);
    CHECK(batch.data.slice(1, 1).to_vector<std::uint8_t>()[0] == 3);
    CHECK(y.to_vector<std::int32_t>() == std::vector<std::int32_t>{1, 0});
  }
}

TEST_CASE("A file that cannot be mapped as asked is named") {
  const TemporaryFolder folder;
  const auto path = written(folder, {1, 2});
  CHECK_THROWS_WITH(map_file(path, 4, {3}, DType::float32),
                    Contains("values.bin") && Contains("holds 12 bytes") &&
                        Contains("float32 [3] from byte 4 on takes 12"));
  CHECK_THROWS_WITH(map_file(path, 16, {0}, DType::float32), Contains("holds 12 bytes"));
  CHECK_THROWS_WITH(map_file(path, 2, {1}, DType::float32), Contains("offset of 2 bytes"));
  CHECK_THROWS_WITH(map_file(path, -4, {1}, DType::float32), Contains("offset of -4"));
  CHECK_THROWS_WITH(map_file(path, 0, {-1}, DType::float32), Contains("[-1]"));
  CHECK_THROWS_WITH(map_file(folder / "none", 0, {1}, DType::uint8),
                    Contains("none: cannot be opened"));
  CHECK_THROWS_WITH(map_file(folder.path(), 0, {1}, DType::uint8), Contains("is not a file"));
}
