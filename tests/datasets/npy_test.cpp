#include "datasets/npy.h"

#include <fstream>

#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// A file as NumPy writes it.
std::string npy(const std::string& dictionary, const std::string& values) {
  std::string header = dictionary + "\n", bytes = "\x93NUMPY";
  bytes += {'\x01', '\x00', static_cast<char>(header.size()), '\x00'};
  return bytes + header + values;
}

}  // namespace

TEST_CASE("Arrays come back from .npy files as they were written") {
  const TemporaryFolder folder;
  for (const Shape& shape : {Shape{2, 3}, Shape{6}, Shape{1, 6, 1}, Shape{0, 4}}) {
    std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.1f * static_cast<float>(i);
    write_npy(folder / "x.npy", Tensor::from(shape, values));
    const Tensor read = read_npy(folder / "x.npy");
    CHECK(read.shape() == shape);
    CHECK(read.to_vector<float>() == values);
    CHECK((std::filesystem::file_size(folder / "x.npy") - 4 * values.size()) % 64 == 0);
  }
}

TEST_CASE("Other numbers are read as floats") {
  const TemporaryFolder folder;
  write_file(folder / "x.npy",
             npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "\x01\x02\xff"));
  CHECK(read_npy(folder / "x.npy").to_vector<float>() == std::vector<float>{1, 2, 255});
  write_file(folder / "x.npy", npy("{'descr': '<i2', 'fortran_order': False, 'shape': (1, 1)}",
                                   std::string("\xfe\xff", 2)));
  CHECK(read_npy(folder / "x.npy").to_vector<float>() == std::vector<float>{-2});
}

TEST_CASE("What is not an array in a .npy file is an Error that names the file") {
  const TemporaryFolder folder;
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  for (const auto& [bytes, words] : std::vector<std::pair<std::string, std::string>>{
           {"", "not a .npy file"},
           {"PK\x03\x04 a zip archive", "not a .npy file"},
           {npy(good, "1234567"), "cut short"},
           {npy(good, "").substr(0, 20), "cut short"},
           {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "123"), "cut short"},
           {npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "12345678"), "c8"},
           {npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "1234"), "big-endian"},
           {npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "1234"), "Fortran"},
           {npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234"),
            "does not describe"},
           {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }",
                ""),
            "cut short"},
           {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", ""),
            "beyond memory"}}) {
    write_file(folder / "x.npy", bytes);
    CAPTURE(words);
    CHECK_THROWS_WITH(read_npy(folder / "x.npy"), Contains("x.npy") && Contains(words));
  }
  CHECK_THROWS_WITH(read_npy(folder / "none.npy"), Contains("none.npy"));
}
