#include "engine/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tutti {
namespace {

struct Descriptor {
  explicit Descriptor(const std::filesystem::path& path)
      : number(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number < 0) throw Error(path.string(), ": cannot be opened: ", std::strerror(errno));
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(number); }
  int number;
};

}  // namespace

Tensor map_file(const std::filesystem::path& path, std::int64_t offset, Shape shape, DType type) {
  for (const auto length : shape)
    if (length < 0) throw Error(path.string(), ": cannot be mapped as ", shape);
  const Shape bytes_shape{shape.elements(), size_of(type)};
  const std::int64_t bytes = bytes_shape.elements();  // an Error if they are too many to count
  if (offset < 0 || offset % size_of(type) != 0)
    throw Error(path.string(), ": an offset of ", offset, " bytes does not fit elements of ",
                size_of(type));
  const Descriptor file(path);
  struct stat status {};
  if (fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode))
    throw Error(path.string(), ": is not a file that can be mapped");
  if (status.st_size < offset || status.st_size - offset < bytes)
    throw Error(path.string(), ": holds ", status.st_size, " bytes; ", name(type), ' ', shape,
                " from byte ", offset, " on takes ", bytes);
  if (bytes == 0) return Tensor::empty(std::move(shape), type, Device::cpu);

  const auto length = static_cast<std::size_t>(offset + bytes);
  void* address =
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.number, 0);
  if (address == MAP_FAILED)
    throw Error(path.string(), ": cannot be mapped: ", std::strerror(errno));
  std::shared_ptr<void> mapping(address, [length](void* start) { munmap(start, length); });
  return Tensor::over({mapping, static_cast<char*>(address) + offset}, std::move(shape), type,
                      Device::cpu);
}

void read_in_order(const Tensor& bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data<std::uint8_t>());
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)), first = begin / page * page;
  const auto end = begin + static_cast<std::uintptr_t>(bytes.size());
  madvise(reinterpret_cast<void*>(first), end - first, MADV_SEQUENTIAL);  // advice, no more
}

}  // namespace tutti
