#include "kernels/support/enum_names.h"

#include "kernels/device_names.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

template <class T>
void check_words() {
  REQUIRE(enum_names<T>.all.size() > 1);
  for (const auto& [value, word] : enum_names<T>.all) {
    CHECK(name(value) == std::string(word));
    CHECK(from_name<T>(word) == value);
  }
}

}  // namespace

TEST_CASE("an enum's words are read and written by one table") {
  check_words<Device>();
  check_words<Precision>();
}

TEST_CASE("a word that an enum does not have is an Error that lists those it has") {
  CHECK_THROWS_WITH(from_name<Precision>("fp16"),
                    "'fp16' is not a precision; fp32, tf32 and bf16 are");
  for (const std::string word : {"", "CPU", "cpu ", "0"})
    CHECK_THROWS_AS(from_name<Device>(word), Error);
}
