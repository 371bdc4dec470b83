"""What is made of songs: wav, au, flac, ogg or mp3, of any sample rate and number of channels."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from . import _native
from ._arrays import Array, PathLike, path_of
from ._native import Error


def path_list(paths: PathLike | Iterable[PathLike]) -> list[Path]:
    if isinstance(paths, (str, bytes, os.PathLike)):
        return [path_of(paths)]
    return [path_of(path) for path in paths]


def features(paths: PathLike | Iterable[PathLike], *, compat: str = "0.11",
             skip_bad: bool = False) -> dict[str, Array]:
    """The 28 features of songs, of their first 30 s: columns for pandas.DataFrame.

    Columns: filename, then tempo (beats a minute), beats, chroma_stft, … mfcc20 as librosa gives
    them, float64 [n]. compat: the version of librosa, "0.11", or "0.6" as of the published tables.
    Songs that cannot be used are an Error that lists them, or left out with a warning if skip_bad.
    """
    songs = path_list(paths)
    if not songs:
        raise Error("no songs: paths is empty")
    values, bad, notes = _native.features(songs, compat)
    listed = "\n".join(f"  {path}: {reason}" for path, reason in bad)
    if bad and (not skip_bad or len(bad) == len(songs)):
        raise Error(f"{len(bad)} of {len(songs)} songs cannot be used:\n{listed}")
    for path, reason in [*bad, *notes]:
        warnings.warn(f"{path}: {reason}", stacklevel=2)
    good = ~np.isnan(values[:, 0])
    names = np.array([str(song) for song in songs], object)
    columns: dict[str, Array] = {"filename": names[good]}
    for k, name in enumerate(_native.feature_names()):
        columns[name] = values[good, k]
    return columns


def spectrogram(path: PathLike, scale: str = "mel") -> Array:
    """A song's picture, uint8 [127, 2900]: frequencies, low ones last, by times of its first 30 s.

    255 is the loudest, 0 is 80 dB below it or less. scale: "mel", "linear", or "mel128" for
    librosa's 128 mel bands, [128, 775].
    """
    return _native.spectrogram(path_of(path), scale)
