// tutti-reader: reads one file that nobody trusts for another program of ours, which runs it; see
// kernels/support/isolated.h. Before the first byte is read, the process is confined to memory of a
// given size and to system calls that cannot reach files, networks or other processes.
#include <unistd.h>

#include <cerrno>
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

std::string read_descriptor(int fd) {
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error("it cannot be read");
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

/// The job and its words: "keras", then "optimizer" to read that too or "weights", then the name of
/// the second file if that one describes the model.
std::string do_job(const std::vector<std::string>& words) {
  if (words.size() < 2 || words[0] != "keras")
    throw Error("tutti-reader is of another version than the program that runs it");
  keras::Architecture architecture;
  if (words.size() > 2) architecture = {words[2], read_descriptor(Isolated::first_file + 1)};
  return keras::packed(read_descriptor(Isolated::first_file),
                       words[1] == "optimizer" ? ReadOptimizer::yes : ReadOptimizer::no,
                       architecture);
}

void send(std::string_view text, char end) {
  for (const std::string_view part : {text, std::string_view(&end, 1)})
    for (std::size_t sent = 0; sent < part.size();) {
      const ssize_t count = ::write(STDOUT_FILENO, part.data() + sent, part.size() - sent);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) ::_exit(EXIT_FAILURE);
      sent += static_cast<std::size_t>(count);
    }
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::cerr << "tutti-reader is run by tutti, not by hand\n";
    return 2;
  }
  try {
    confine(std::strtoull(words[1], nullptr, 10));
    send(do_job({words + 2, words + count}), Isolated::answer_is_result);
  } catch (const std::bad_alloc&) {
    send("it takes too much memory", Isolated::answer_is_error);
  } catch (const std::exception& problem) {
    send(problem.what(), Isolated::answer_is_error);
  }
  ::_exit(EXIT_SUCCESS);
}
