#include "datasets/decoding/answers.h"

#include <cstring>

#include "datasets/decoding/picture_decoder.h"
#include "kernels/support/error.h"
#include "kernels/support/lent_reader.h"

namespace tutti {
namespace {

constexpr rlim_t picture_seconds = 10;

[[noreturn]] void not_understood() {
  throw Error("it is damaged: its reader's answer is not understood");
}

template <class Value>
void append(std::string& bytes, const Value* values, std::size_t count) {
  bytes.append(reinterpret_cast<const char*>(values), count * sizeof(Value));
}

template <class Value>
void take(std::string_view& bytes, Value* values, std::size_t count) {
  if (bytes.size() / sizeof(Value) < count) not_understood();
  if (count == 0) return;
  std::memcpy(values, bytes.data(), count * sizeof(Value));
  bytes.remove_prefix(count * sizeof(Value));
}

}  // namespace

GrayPicture read_picture(const std::filesystem::path& path) {
  const std::string answer = LentReader().ask({"picture"}, {path}, picture_seconds);
  std::string_view bytes = answer;
  std::int64_t sides[2];
  take(bytes, sides, 2);
  expect_picture_size({sides[1], sides[0]});
  GrayPicture picture{sides[0], sides[1], {}};
  picture.pixels.resize(static_cast<std::size_t>(picture.rows * picture.columns));
  take(bytes, picture.pixels.data(), picture.pixels.size());
  return picture;
}

std::string picture_answer(std::string_view file) {
  const GrayPicture picture = decode_picture(file);
  std::string bytes;
  const std::int64_t sides[] = {picture.rows, picture.columns};
  append(bytes, sides, 2);
  append(bytes, picture.pixels.data(), picture.pixels.size());
  return bytes;
}

SoundLength sound_length_of(std::string_view answer) {
  SoundLength length;
  take(answer, &length, 1);
  return length;
}

std::string length_answer(const SoundLength& length) {
  std::string bytes;
  append(bytes, &length, 1);
  return bytes;
}

std::vector<float> samples_of(std::string_view answer, std::int64_t most) {
  std::vector<float> samples(answer.size() / sizeof(float));
  if (static_cast<std::int64_t>(samples.size()) > most) not_understood();
  take(answer, samples.data(), samples.size());
  return samples;
}

std::string samples_answer(const std::vector<float>& samples) {
  std::string bytes;
  append(bytes, samples.data(), samples.size());
  return bytes;
}

}  // namespace tutti
