// tutti-reader: reads files that nobody trusts for another program of ours, which runs it; see
// kernels/support/isolated.h. Before the first byte is read, the process is confined to memory of a
// given size and to system calls that cannot open files or reach networks and other processes.
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "apps/reader/confine.h"
#include "datasets/decoding/answers.h"
#include "datasets/decoding/audio_decoder.h"
#include "kernels/support/error.h"
#include "kernels/support/isolated.h"
#include "models/keras/packed.h"

using namespace tutti;

namespace {

constexpr int kept_bytes = 1 << 24;

struct Descriptor {
  explicit Descriptor(int number) : number(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number); }
  int number;
};

/// The bytes of an open file, read where they are looked at.
struct Mapped {
  explicit Mapped(int file) {
    struct stat about;
    if (::fstat(file, &about) != 0) throw Error("it cannot be read");
    if (about.st_size == 0) return;
    const auto size = static_cast<std::size_t>(about.st_size);
    const void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (start == MAP_FAILED) throw Error("it cannot be read");
    bytes = {static_cast<const char*>(start), size};
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() {
    if (!bytes.empty()) ::munmap(const_cast<char*>(bytes.data()), bytes.size());
  }

  std::string_view bytes;
};

class Jobs {
 public:
  /// What an answer says; the question's words are the job and what it needs.
  std::string do_job(const Question& asked) {
    const auto& [words, files] = asked;
    if (words.size() >= 2 && words[0] == "keras" && files.size() == words.size() - 1)
      return keras_answer(words, files);
    if (words == std::vector<std::string>{"picture"} && files.size() == 1)
      return picture_answer(Mapped(files[0]).bytes);
    if (words == std::vector<std::string>{"audio"} && files.size() == 1) {
      song_.reset();
      song_ = std::make_unique<Song>(::dup(files[0]));
      return length_answer({song_->decoder.sample_rate(), song_->decoder.frames()});
    }
    if (words.size() == 2 && words[0] == "sound" && song_)
      return samples_answer(song_->decoder.read(std::atoll(words[1].c_str())));
    throw Error("tutti-reader is of another version than the program that runs it");
  }

 private:
  /// "keras", then "optimizer" to read that too or "weights", then the name of the second file if
  /// that one describes the model.
  static std::string keras_answer(const std::vector<std::string>& words,
                                  const std::vector<int>& files) {
    keras::Architecture architecture;
    if (files.size() > 1) architecture = {words[2], std::string(Mapped(files[1]).bytes)};
    return keras::packed(Mapped(files[0]).bytes,
                         words[1] == "optimizer" ? ReadOptimizer::yes : ReadOptimizer::no,
                         architecture);
  }

  struct Song {
    explicit Song(int descriptor) : file(descriptor), decoder(descriptor) {}
    Descriptor file;
    AudioDecoder decoder;
  };
  std::unique_ptr<Song> song_;  // whose sound is asked for
};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0) ::_exit(EXIT_FAILURE);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void answer(std::string_view text, bool is_result) {
  write_all(answer_head(text.size(), is_result));
  write_all(text);
}

void answer_to(const Question& question, Jobs& jobs) {
  try {
    answer(jobs.do_job(question), true);
  } catch (const std::bad_alloc&) {
    answer("it takes too much memory", false);
  } catch (const std::exception& problem) {
    answer(reason_of(problem), false);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "tutti-reader is run by tutti, not by hand\n";
    return 2;
  }
  ::mallopt(M_MMAP_THRESHOLD, kept_bytes);  // memory is kept from one answer to the next
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
  confine(std::strtoull(words[1], nullptr, 10));
  Jobs jobs;
  while (const auto question = next_question(Isolated::questions)) {
    answer_to(*question, jobs);
    for (const int file : question->files) ::close(file);
  }
  ::_exit(EXIT_SUCCESS);  // nothing is tidied up
}
