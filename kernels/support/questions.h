#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How an isolated program is talked to, both ends of it; see isolated.h.
namespace tutti {

struct Question {
  std::vector<std::string> words;
  std::vector<int> files;  // open descriptors
};

/// Sends a question through a socket of packets, which copies the descriptors; false if nobody is
/// at the other end.
bool send_question(int socket, const Question& question);

/// Waits for the next; its files are the caller's to close. Nothing if nobody asks any more.
std::optional<Question> next_question(int socket);

/// What an answer begins with, before `size` bytes of a result or of an Error's message.
std::string answer_head(std::size_t size, bool is_result);

/// An answer as it comes out of a pipe.
class Answer {
 public:
  /// Where the next bytes belong; they are there once `got` is told how many came.
  std::span<char> room();
  void got(std::size_t count);

  bool complete() const { return size_ && filled_ == *size_; }
  bool is_result() const { return is_result_; }
  std::string text() { return std::move(text_); }  // of the complete answer

 private:
  void take_head();

  std::string text_;  // with the head until that is complete
  std::size_t filled_ = 0;
  std::optional<std::size_t> size_;
  bool is_result_ = true;
};

}  // namespace tutti
