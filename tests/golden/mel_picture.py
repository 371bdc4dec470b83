"""Golden numbers for mel_picture: the levels of librosa's mel spectrogram of a sweep of several lengths.

Run: python mel_picture.py > mel_picture.json   (made with librosa 0.11.0, numpy 2.4)
The signal is that of tests/datasets/audio/mel_picture_test.cpp.
"""

import json

import librosa
import numpy as np

from values import uniform

RATE = 22050


def levels(seconds):
    n = int(seconds * RATE)
    time = np.arange(n) / RATE
    tone = np.sin(2 * np.pi * (100 * time + 300 * time**2))
    y = (0.5 * np.exp(-0.3 * time) * tone + uniform(n, 5, 0.001)).astype(np.float32)
    decibels = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=RATE), ref=np.max)
    frames = decibels.shape[1]
    columns = min(775, (2 * n * 775 + 30 * RATE) // (60 * RATE))
    chosen = ((2 * np.arange(columns) + 1) * frames) // (2 * columns)
    low, high = decibels.min(), decibels.max()
    picture = np.minimum(255, np.floor(256 * (decibels[:, chosen] - low) / (high - low)))
    return picture[::-1].astype(int).ravel().tolist()


print(json.dumps({str(seconds): levels(seconds) for seconds in (1.0, 2.5, 4.25)}))
