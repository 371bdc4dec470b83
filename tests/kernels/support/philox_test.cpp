#include "kernels/support/philox.h"

#include "tests/support/catch.h"

using tutti::kernels::philox;
using tutti::kernels::PhiloxBlock;

// Known answers of the authors' library Random123 (kat_vectors, philox4x32 10).
TEST_CASE("Philox gives the published answers") {
  CHECK(philox(0, 0, 0) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint64_t ones = ~std::uint64_t{0};
  CHECK(philox(ones, ones, ones) == PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Words become numbers from 0 up to 1") {
  CHECK(tutti::kernels::unit_interval(0) == 0.0f);
  CHECK(tutti::kernels::unit_interval(0x80000000) == 0.5f);
  CHECK(tutti::kernels::unit_interval(0xffffffff) < 1.0f);
}

TEST_CASE("Dropout's key and call are read from three words") {
  const std::int32_t words[] = {static_cast<std::int32_t>(0x89abcdef), 0x01234567, 5};
  const tutti::kernels::DropoutDraw draw(words, 2);
  CHECK(draw.key == 0x0123456789abcdef);
  CHECK(draw.call == (5u << 16) + 3);
}
