// The same targets for libFuzzer, which sees what a file reaches; scripts/fuzz builds and runs it.
#include <cstdint>
#include <cstdlib>
#include <new>

#include "kernels/support/error.h"
#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto& target = tutti::fuzz::target_named(std::getenv("TUTTI_FUZZ_TARGET"));
  try {
    target.read({reinterpret_cast<const char*>(data), size});
  } catch (const tutti::Error&) {
  } catch (const std::bad_alloc&) {
  }
  return 0;
}
