#include "kernels/support/questions.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr std::size_t longest_question = 1 << 16, most_files = 4, longest_head = 20;
constexpr std::size_t longest_answer = std::size_t{1} << 40;
constexpr char result = '=', error = '!';

/// Room for the descriptors that travel beside a packet.
struct Beside {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_files * sizeof(int))> bytes{};
};

[[noreturn]] void not_understood() {
  throw Error("it is damaged: its reader's answer is not understood");
}

}  // namespace

bool send_question(int socket, const Question& question) {
  std::string packet;
  for (const auto& word : question.words) packet += word + '\0';
  if (packet.size() > longest_question) throw Error("a name is too long");

  iovec part{packet.data(), packet.size()};
  Beside beside;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (const auto size = question.files.size() * sizeof(int); size > 0) {
    message.msg_control = beside.bytes.data();
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(head), question.files.data(), size);
  }
  ssize_t sent;
  while ((sent = ::sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
  }
  return sent >= 0;
}

std::optional<Question> next_question(int socket) {
  std::string packet(longest_question, '\0');
  iovec part{packet.data(), packet.size()};
  Beside beside;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = beside.bytes.data();
  message.msg_controllen = beside.bytes.size();
  ssize_t size;
  while ((size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (size <= 0) return {};

  Question question;
  packet.resize(static_cast<std::size_t>(size));
  for (std::size_t at = 0, end; (end = packet.find('\0', at)) != std::string::npos; at = end + 1)
    question.words.push_back(packet.substr(at, end - at));
  if (const cmsghdr* const head = CMSG_FIRSTHDR(&message); head && head->cmsg_type == SCM_RIGHTS) {
    question.files.resize((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(question.files.data(), CMSG_DATA(head), question.files.size() * sizeof(int));
  }
  return question;
}

std::string answer_head(std::size_t size, bool is_result) {
  return std::to_string(size) + (is_result ? result : error);
}

std::span<char> Answer::room() {
  if (!size_) text_.resize(filled_ + longest_head);
  return {text_.data() + filled_, text_.size() - filled_};
}

void Answer::got(std::size_t count) {
  filled_ += count;
  if (!size_) take_head();
}

void Answer::take_head() {
  text_.resize(filled_);
  const auto end = text_.find_first_not_of("0123456789");
  if (end == std::string::npos && filled_ < longest_head) return;
  if (end == std::string::npos || (text_[end] != result && text_[end] != error)) not_understood();
  std::size_t size = 0;
  const auto read = std::from_chars(text_.data(), text_.data() + end, size);
  if (read.ec != std::errc() || size > longest_answer) not_understood();
  is_result_ = text_[end] == result;
  size_ = size;
  text_.erase(0, end + 1);
  filled_ = text_.size();
  if (filled_ > size) not_understood();
  text_.resize(size);
}

}  // namespace tutti
