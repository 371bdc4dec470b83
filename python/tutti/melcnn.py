"""The classifier of mel pictures, in scikit-learn's way."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._arrays import Array, ArrayLike, PathLike, mel_frames, path_of
from ._estimator import (BaseEstimator, ClassifierMixin, check_consistent_length, check_is_fitted, coded,
                         column_or_1d, seed_of)
from ._native import Error
from ._training import Callback, History, Watch, history_of

__all__ = ["MelCnn"]


class MelCnn(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """CNNs on random crops of mel pictures, and networks on the pictures' statistics; all vote.

    X is what tutti.spectrogram(path, "mel128") gives: pictures uint8 [n, 128, frames], low bands
    last, or a list of pictures of different lengths. X is copied.

    Args:
        members: CNNs, trained side by side.
        statistics: networks on 800 statistics of a picture, which vote beside the CNNs.
        not_music: the share of the training examples replaced by made-up noise, tones and clicks, of which
            the networks learn to be unsure. Only with pictures of 128 bands.
        channels: filters of a CNN's first convolutions.
        crop: frames that a CNN sees at once.
        equalizer: bands of a crop are made louder or softer at random, by a smooth curve of this standard
            deviation in dB; 0: unchanged.
        shift: a crop is moved up or down by up to so many bands; 0: unchanged.
        mask: up to so many neighboring bands of a crop are set to its mean; 0: none.
        mixup: crops are mixed in shares from Beta(mixup, mixup); 0: not mixed.
        dropout: the share that a CNN's dropout zeros.
        epochs: times a CNN goes through the pictures.
        batch_size: pictures per step, of either kind of network; all of them if they are fewer.
        learning_rate: of a CNN at first; it falls to 0 along a cosine.
        units, statistics_dropout, statistics_epochs: of a network on statistics.
        random_state: the seed of weights, crops and dropout; an int gives the same bits as the
            command line.
        device, callback, progress: as LstmClassifier's. They tell of the CNNs, if there are any.

    After fit: classes_, history_ (arrays [epochs, members] by name, of the CNNs if there are any),
    temperature_ (of the probabilities, by the validation data; 1 without).
    """

    _classifier: _native.MelClassifier
    classes_: Array
    history_: History

    def __init__(self, members: int = 3, statistics: int = 0, *, not_music: float = 0.06,
                 channels: int = 128, crop: int = 128, equalizer: float = 6, shift: int = 2, mask: int = 20,
                 mixup: float = 0, dropout: float = 0.5, epochs: int = 240, batch_size: int = 32,
                 learning_rate: float = 3e-3, units: int = 128, statistics_dropout: float = 0.5, statistics_epochs: int = 50, random_state: Any = 54,
                 device: str = "auto", callback: Callback | None = None,
                 progress: bool | None = None) -> None:
        self.members = members
        self.statistics = statistics
        self.not_music = not_music
        self.channels = channels
        self.crop = crop
        self.equalizer = equalizer
        self.shift = shift
        self.mask = mask
        self.mixup = mixup
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.units = units
        self.statistics_dropout = statistics_dropout
        self.statistics_epochs = statistics_epochs
        self.random_state = random_state
        self.device = device
        self.callback = callback
        self.progress = progress

    def fit(self, X: ArrayLike, y: ArrayLike,
            validation_data: tuple[ArrayLike, ArrayLike] | None = None) -> MelCnn:
        """Trains on pictures X and labels y [n]; other data validates, and says the temperature.

        Ctrl-C ends it after the current step and leaves the classifier as it was then.
        """
        frames, lengths = mel_frames(X, "X")
        y, other_y, train = column_or_1d(y), None, len(lengths)
        check_consistent_length(lengths, y)
        if validation_data is not None:
            other_frames, other_lengths = mel_frames(validation_data[0], "the validation X")
            other_y = column_or_1d(validation_data[1])
            check_consistent_length(other_lengths, other_y)
            if other_frames.shape[1] != frames.shape[1]:
                raise Error(f"the validation X has {other_frames.shape[1]} bands, X {frames.shape[1]}")
            frames, lengths = np.concatenate([frames, other_frames]), np.concatenate([lengths, other_lengths])
        self.classes_, codes = coded(y, other_y)
        options = {name: getattr(self, name) for name in _native.mel_options() if name != "seed"}
        epochs = self.epochs if self.members else self.statistics_epochs
        with Watch(epochs, self.callback, self.progress) as watch:
            self._classifier, history, problem = _native.fit_mel(
                frames, lengths, codes, train, [str(name) for name in self.classes_],
                options={**options, "seed": seed_of(self.random_state)},
                device=_native.device_named(self.device), on_step=watch.on_step, on_epoch=watch.on_epoch)
        self.history_ = history_of(history)
        if problem is not None:
            raise problem
        return self

    @property
    def temperature_(self) -> float:
        check_is_fitted(self, "_classifier")
        return self._classifier.temperature

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities, float32 [n, classes], in the order of classes_."""
        check_is_fitted(self, "_classifier")
        frames, lengths = mel_frames(X, "X")
        if frames.shape[1] != self._classifier.bands:
            raise Error(f"X has {frames.shape[1]} bands; the model takes {self._classifier.bands}")
        return self._classifier.predict(frames, lengths)

    def predict(self, X: ArrayLike) -> Array:
        """The most probable class of each picture, [n]."""
        best = self.predict_proba(X).argmax(axis=1)  # first: it says so if this is not yet fitted
        classes: Array = self.classes_[best]
        return classes

    def save(self, path: PathLike) -> None:
        """Writes the folder of a run, which tutti.Run, tutti.genre and the program take."""
        check_is_fitted(self, "_classifier")
        self._classifier.save(path_of(path))

    @classmethod
    def load(cls, path: PathLike, device: str = "auto") -> MelCnn:
        """The classifier that save, or `tutti train melcnn`, left in a folder; classes are names."""
        native = _native.load_mel(path_of(path), _native.device_named(device))
        classifier = cls(device=device)
        classifier._classifier = native
        classifier.classes_ = np.array(native.classes)
        return classifier

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.three_d_array = False, True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        if "_classifier" in state:
            with tempfile.TemporaryDirectory() as folder:
                state["_classifier"].save(folder)
                files = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
            state = {**state, "_classifier": files}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "_classifier" in state:
            with tempfile.TemporaryDirectory() as folder:
                for name, content in state["_classifier"].items():
                    (Path(folder) / name).write_bytes(content)
                state = {**state, "_classifier": _native.load_mel(folder, _native.device_named())}
        super().__setstate__(state)
