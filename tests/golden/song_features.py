"""Golden numbers for song_features and read_song: the 28 features by librosa, of made-up signals and of real clips.

Run: python song_features.py [../../../shared/data/gtzan-audio] > song_features.json   (made with librosa 0.11.0,
numpy 2.4, soxr 1.1). The signals are those of tests/datasets/audio/song_features_test.cpp. What 0.6 gave is what 0.11 gives
with mirrored ends, and its rule for the tempo is repeated here; its beats are in the published tables.
"""

import json
import pathlib
import sys

import librosa
import numpy as np

from values import uniform

RATE, SECONDS = 22050, 8


def signals():
    n = RATE * SECONDS
    time = np.arange(n) / RATE
    noise = uniform(n, 7, 1.0)
    clicks = np.zeros(n)
    clicks[4000::9973] = 0.9
    fading = np.exp(-6 * (time % 0.55))  # a note every 0.55 s
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220.5, 277.7, 330.4))
    return {
        "silence": np.zeros(n),
        "clicks": clicks,
        "sweep": 0.5 * np.sin(2 * np.pi * (50 * time + 600 * time**2)),
        "noise": 0.3 * noise,
        "between semitones": 0.5 * np.sin(2 * np.pi * 440 * 2 ** (1 / 24) * time),
        "music": 0.2 * fading * chord + 0.01 * noise,
    }


def stereo():
    """At 44.1 kHz, [2, n]."""
    time = np.arange(44100 * SECONDS) / 44100
    fading = np.exp(-9 * (time % 0.4))
    return np.stack([0.4 * fading * np.sin(2 * np.pi * 523 * time), 0.3 * np.sin(2 * np.pi * 130.7 * time)
                     + uniform(len(time), 9, 0.02)])


def tempo_of_0_6(onsets):
    tempogram = librosa.feature.tempogram(onset_envelope=onsets, sr=RATE, win_length=344).mean(axis=1)
    bpm = librosa.tempo_frequencies(344, sr=RATE)
    score = tempogram * np.exp(-0.5 * (np.log2(bpm) - np.log2(120)) ** 2)
    score[bpm >= 320] = 0
    best = np.argmax(score)
    return 120.0 if best == 0 else bpm[best]


def features(y, pad_mode):
    options = {"y": y, "sr": RATE, "pad_mode": pad_mode}
    onsets = librosa.onset.onset_strength(aggregate=np.median, **options)
    tempo, beats = librosa.beat.beat_track(onset_envelope=onsets, sr=RATE)
    if pad_mode == "reflect" and onsets.any():
        tempo = tempo_of_0_6(onsets)
    of = librosa.feature
    values = [of.chroma_stft(**options), of.rms(y=y, pad_mode=pad_mode), of.spectral_centroid(**options),
              of.spectral_bandwidth(**options), of.spectral_rolloff(**options), of.zero_crossing_rate(y)]
    return ([float(np.ravel(tempo)[0]), len(beats)] + [float(v.mean(dtype=np.float64)) for v in values]
            + of.mfcc(**options).mean(axis=1, dtype=np.float64).tolist())


def main():
    sounds = {name: y.astype(np.float32) for name, y in signals().items()}
    mixed = librosa.resample(librosa.to_mono(stereo().astype(np.float32)), orig_sr=44100, target_sr=RATE)
    sounds["stereo"] = mixed
    golden = {"signals": {name: {"0.11": features(y, "constant"), "0.6": features(y, "reflect")}
                          for name, y in sounds.items()},
              "resampled": {str(i): float(mixed[i]) for i in [0, 1, 2, 3, 1000, 50000, 100001, len(mixed) - 2,
                                                             len(mixed) - 1]},
              "clips": {}}
    if len(sys.argv) > 1:
        for path in sorted(pathlib.Path(sys.argv[1]).glob("genres/*/*")):
            golden["clips"][path.name] = features(librosa.load(path, duration=30)[0], "constant")
    print(json.dumps(golden, indent=0))


if __name__ == "__main__":
    main()
