#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace tutti {

/// The columns of song_statistics, 800 names.
const std::vector<std::string>& statistic_names();

/// Statistics of a mel picture or a window of one: levels [frames][bands], time first and high
/// frequencies first (see Clips), 775 frames in 30 s. In this order:
///  mel_mean, mel_std: of 40 bands, the picture's rows averaged, low ones first.
///  modulation: how much of each band changes how fast. Magnitudes of Hann windows of 256 frames
///    (9.9 s), 128 apart, without their mean; averaged over windows and over seven octaves, of
///    which the first begins at one period in 256 frames; log1p.
///  mfcc_mean, mfcc_covariance: of 20 cepstral coefficients, the orthonormal DCT-II of a frame.
///  mfcc_difference_covariance: of their differences from frame to frame.
/// Fewer than 256 frames are one window. An Error if there is no frame or fewer than 40 bands.
std::vector<double> song_statistics(const std::uint8_t* levels, std::int64_t frames,
                                    std::int64_t bands);

}  // namespace tutti
