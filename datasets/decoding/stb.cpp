// The one place where the stb libraries are compiled.
#include <cstdlib>

namespace {

/// Bounds what a small file that unpacks without end can take.
constexpr std::size_t most_bytes = std::size_t{256} << 20;

/// Zeroed, since stb_image leaves pixels unset that a damaged JPEG does not mention.
void* bounded_allocate(std::size_t bytes) {
  return bytes <= most_bytes ? std::calloc(1, bytes) : nullptr;
}

void* bounded_reallocate(void* address, std::size_t bytes) {
  return bytes <= most_bytes ? std::realloc(address, bytes) : nullptr;
}

}  // namespace

#define STBI_MALLOC(bytes) bounded_allocate(bytes)
#define STBI_REALLOC(address, bytes) bounded_reallocate(address, bytes)
#define STBI_FREE(address) std::free(address)

// The other formats' decoders are the ones with a history of faults.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_WRITE_NO_STDIO

// Nor do palette entries that a damaged picture lacks depend on what the stack held before.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("trivial-auto-var-init=zero")
#endif

// It asserts that the weights of a triangle sum to 0.9 to 1.1 before it normalizes them; shrinking
// to 0.7, they sum to 1.12.
#define STBIR_ASSERT(condition) static_cast<void>(0)

#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image_resize.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
