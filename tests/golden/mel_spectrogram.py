"""Golden numbers for log_spectrogram: 29 columns of the picture of a chirp in faint noise.

Run: python mel_spectrogram.py > mel_spectrogram.json   (made with librosa 0.11.0, numpy 2.4)
"""

import json

import librosa
import numpy as np

rate, count, columns, window = 22050, 66150, 2900, 2048

time = np.arange(count) / rate
noise = np.empty(count)
state = 1
for i in range(count):  # Numerical Recipes' generator, easily repeated elsewhere
    state = (1664525 * state + 1013904223) % 2**32
    noise[i] = state / 2**31 - 1
samples = 0.5 * np.sin(2 * np.pi * (50 * time + 1600 * time**2)) + 0.002 * noise
samples = samples.astype(np.float32).astype(np.float64)

centers = (2 * np.arange(columns) + 1) * count // (2 * columns)
padded = np.pad(samples, window // 2)
frames = np.stack([padded[c : c + window] for c in centers])
spectrum = np.abs(np.fft.rfft(frames * np.hanning(window + 1)[:-1])) ** 2
bands = librosa.filters.mel(sr=rate, n_fft=window, n_mels=127, dtype=np.float64)
decibels = librosa.power_to_db(bands @ spectrum.T, ref=np.max, amin=1e-30, top_db=80)
picture = np.rint(255 * (1 + decibels / 80)).astype(int)[::-1]  # low frequencies last

checked = list(range(0, columns, 100))
print(json.dumps({"columns": checked, "pixels": [picture[:, c].tolist() for c in checked]}))
