#pragma once
#include "datasets/audio/spectral_frames.h"

namespace tutti {

/// By how much of a semitone a song is tuned above A = 440 Hz, in hundredths: -0.5 to 0.49. The
/// peaks of the power spectra from 150 to 4000 Hz vote, those at least of median height:
/// librosa.estimate_tuning.
double estimate_tuning(const SpectralFrames& spectra);

/// The mean over frames and pitch classes of librosa.feature.chroma_stft: the power near each of 12
/// pitch classes, as a share of the strongest.
double mean_chroma(const SpectralFrames& spectra, double tuning);

}  // namespace tutti
