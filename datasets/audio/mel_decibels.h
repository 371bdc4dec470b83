#pragma once
#include <cstdint>
#include <vector>

namespace tutti {

/// Powers of mel bands as decibels, at least -100, and at most 80 below the loudest:
/// librosa.power_to_db.
void to_decibels(std::vector<double>& power);

/// librosa.power_to_db(power, ref=np.max) of single-precision powers, every step rounded to single
/// precision as it is there: 0 for the loudest, at least -80.
std::vector<float> single_decibels(const std::vector<double>& power);

/// Means over frames of mel-frequency cepstral coefficients 1 to 20, of decibels [frames][128]:
/// librosa.feature.mfcc (an orthonormal DCT-II of each frame).
std::vector<double> mean_mfcc(const std::vector<double>& decibels);

/// How strongly something begins at each frame, of decibels [frames][128]: the median over bands of
/// what they rose, moved by 3 frames to where the window's middle is:
/// librosa.onset.onset_strength(aggregate=np.median).
std::vector<double> onset_strength(const std::vector<double>& decibels);

}  // namespace tutti
