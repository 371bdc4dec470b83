#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/audio/spectrogram.h"

/// What tutti-reader answers about pictures and songs, both ends of it. Nothing it says is trusted:
/// our end checks sizes.
namespace tutti {

/// Decodes a picture file in a tutti-reader; see decode_picture.
GrayPicture read_picture(const std::filesystem::path& path);
std::string picture_answer(std::string_view file);

struct SoundLength {
  std::int64_t sample_rate, frames;
};
SoundLength sound_length_of(std::string_view answer);
std::string length_answer(const SoundLength& length);

/// At most `most` samples.
std::vector<float> samples_of(std::string_view answer, std::int64_t most);
std::string samples_answer(const std::vector<float>& samples);

}  // namespace tutti
