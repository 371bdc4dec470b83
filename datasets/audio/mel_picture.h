#pragma once
#include <cstdint>
#include <vector>

#include "datasets/audio/spectrogram.h"

namespace tutti {

/// Rows of a mel picture, and its columns if it is of 30 s.
inline constexpr std::int64_t mel_picture_bands = 128, mel_picture_columns = 775;

/// The power of 128 mel bands as librosa 0.11 gives it, power_to_db(melspectrogram(samples),
/// ref=np.max), rounded where librosa rounds to single precision: decibels below the loudest value,
/// at most 80. 775 columns for 30 s and what is longer, fewer in proportion for less;
/// column j of n is frame floor((j + 1/2) frames / n). A level is floor(256 (dB - lowest) /
/// (highest - lowest)), at most 255, with the clip's lowest and highest; silence is all 0. The
/// samples are mono, at 22 050 Hz.
GrayPicture mel_picture(const std::vector<float>& samples);

}  // namespace tutti
