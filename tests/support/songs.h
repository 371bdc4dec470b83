#pragma once
#include <sstream>
#include <string>

#include "tests/support/values.h"

namespace tutti::test {

/// A table of two genres that differ in every feature, with noise.
inline std::string table(int songs, bool labeled = true) {
  std::ostringstream csv;
  csv << "filename,tempo,beats,chroma_stft,rmse,spectral_centroid,spectral_bandwidth,rolloff,zero_"
         "crossing_rate";
  for (int i = 1; i <= 20; ++i) csv << ",mfcc" << i;
  csv << (labeled ? ",label\n" : "\n");
  for (int song = 0; song < songs; ++song) {
    csv << "song" << song;
    const auto noise = uniform(28, static_cast<std::uint32_t>(song), 1.0);
    for (const float value : noise) csv << ',' << value + 2 * (song % 2);
    if (labeled) csv << ',' << (song % 2 ? "quick" : "slow");
    csv << '\n';
  }
  return csv.str();
}

}  // namespace tutti::test
