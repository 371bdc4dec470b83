"""Golden numbers for song_statistics, of made-up levels of several lengths and heights, by NumPy and SciPy.

Run: python song_statistics.py > song_statistics.json   (made with numpy 2.4, scipy 1.17)
"""

import json

import numpy as np
from scipy.fft import dct

from values import pixels


def statistics(levels):
    picture = levels[:, ::-1].T.astype(float)  # [bands, frames], low frequencies first
    bands, frames = picture.shape
    edges = np.linspace(0, bands, 41)
    rows = np.arange(bands)
    shares = np.array([np.clip(np.minimum(high, rows + 1) - np.maximum(low, rows), 0, None)
                       for low, high in zip(edges, edges[1:])])
    mel = shares / shares.sum(axis=1, keepdims=True) @ picture

    length = min(256, frames)
    hann = np.hanning(length + 1)[:-1] * 256 / length
    windows = [mel[:, first : first + length] for first in range(0, frames - length + 1, 128)]
    spectra = np.mean([np.abs(np.fft.rfft((w - w.mean(axis=1, keepdims=True)) * hann, 1024)) for w in windows], axis=0)
    octaves = [4, 8, 16, 32, 64, 128, 256, 513]
    modulation = [spectra[:, low:high].mean(axis=1) for low, high in zip(octaves, octaves[1:])]

    cepstra = dct(picture, axis=0, norm="ortho")[:20]
    upper = np.triu_indices(20)
    steps = np.diff(cepstra, axis=1)
    return np.concatenate([
        mel.mean(axis=1), mel.std(axis=1), np.log1p(modulation).T.ravel(), cepstra.mean(axis=1),
        np.cov(cepstra, bias=True)[upper],
        np.cov(steps, bias=True)[upper] if steps.size else np.zeros(210)])


print(json.dumps([{"frames": frames, "bands": bands,
                   "statistics": statistics(pixels((frames, bands), 3)).round(9).tolist()}
                  for frames, bands in ((775, 128), (300, 127), (256, 40), (100, 128), (1, 64))]))
