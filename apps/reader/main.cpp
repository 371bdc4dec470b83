// tutti-reader: reads one file that nobody trusts for another program of ours, which runs it; see
// kernels/support/isolated.h. Before the first byte is read, the process is confined to memory of a
// given size and to system calls that cannot reach files, networks or other processes.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <new>
#include <string_view>
#include <vector>

#include "apps/reader/confine.h"
#include "kernels/support/error.h"
#include "kernels/support/isolated.h"
#include "models/keras/packed.h"

using namespace tutti;

namespace {

/// The bytes of an open file, read where they are looked at.
std::string_view mapped(int fd) {
  struct stat about;
  if (::fstat(fd, &about) != 0) throw Error("it cannot be read");
  if (about.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(about.st_size);
  const void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) throw Error("it cannot be read");
  return {static_cast<const char*>(bytes), size};
}

/// The job and its words: "keras", then "optimizer" to read that too or "weights", then the name of
/// the second file if that one describes the model.
std::string do_job(const std::vector<std::string>& words) {
  if (words.size() < 2 || words[0] != "keras")
    throw Error("tutti-reader is of another version than the program that runs it");
  keras::Architecture architecture;
  if (words.size() > 2) architecture = {words[2], std::string(mapped(Isolated::first_file + 1))};
  return keras::packed(mapped(Isolated::first_file),
                       words[1] == "optimizer" ? ReadOptimizer::yes : ReadOptimizer::no,
                       architecture);
}

/// Ends the process; nothing of it is tidied up.
[[noreturn]] void answer(std::string_view text, char end) {
  std::cout << text << end << std::flush;
  ::_exit(std::cout ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::cerr << "tutti-reader is run by tutti, not by hand\n";
    return 2;
  }
  try {
    confine(std::strtoull(words[1], nullptr, 10));
    answer(do_job({words + 2, words + count}), Isolated::answer_is_result);
  } catch (const std::bad_alloc&) {
    answer("it takes too much memory", Isolated::answer_is_error);
  } catch (const std::exception& problem) {
    answer(problem.what(), Isolated::answer_is_error);
  }
}
