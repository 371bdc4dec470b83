#include "kernels/support/lent_reader.h"

#include <unistd.h>

#include <mutex>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr std::uint64_t reader_bytes = std::uint64_t{1} << 30;

struct IdleReaders {
  std::mutex mutex;
  bool kept = true;  // once they have nothing to do
  pid_t owner = ::getpid();
  std::vector<std::unique_ptr<Isolated>> readers;

  /// A fork of a process starts readers of its own.
  void forget_those_of_others() {
    if (owner == ::getpid()) return;
    owner = ::getpid();
    readers.clear();
  }
};

IdleReaders& idle() {
  static IdleReaders all;
  return all;
}

}  // namespace

LentReader::LentReader() {
  {
    const std::lock_guard lock(idle().mutex);
    idle().forget_those_of_others();
    if (!idle().readers.empty()) {
      reader_ = std::move(idle().readers.back());
      idle().readers.pop_back();
    }
  }
  if (!reader_) reader_ = std::make_unique<Isolated>(reader_command(reader_bytes));
}

LentReader::~LentReader() {
  if (!reader_) return;
  const std::lock_guard lock(idle().mutex);
  if (idle().kept) idle().readers.push_back(std::move(reader_));
}

void lend_readers_once() {
  const std::lock_guard lock(idle().mutex);
  idle().kept = false;
  idle().readers.clear();
}

std::string LentReader::ask(const std::vector<std::string>& words,
                            const std::vector<std::filesystem::path>& files, rlim_t seconds) {
  if (!reader_) throw Error("it is damaged: its reader crashed");
  try {
    reader_->ask(words, files, seconds);
    return reader_->answer();
  } catch (...) {
    reader_.reset();
    throw;
  }
}

}  // namespace tutti
