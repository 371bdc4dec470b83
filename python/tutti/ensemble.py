"""The bagged ensemble of CNNs on spectrogram pictures, with the original's API."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._arrays import Array, ArrayLike, PathLike, labels, path_of, pictures
from ._native import Error
from ._training import Callback, History, Watch, history_of

Examples = tuple[ArrayLike, ArrayLike]


class Ensemble:
    """N identical CNNs, each trained on its own bootstrap sample, voting.

    Args:
        n_clasificadores: members; n_classifiers is another name for it.
        path: the folder that the members are saved in, as classifier_0.h5, classifier_1.h5, …
            of Keras.

    After fit: history_, arrays [epochs, members] by "loss", "accuracy", "val_loss" and
    "val_accuracy"; classes_, what labels stand for.
    """

    history_: History
    classes_: Array

    def __init__(self, n_clasificadores: int | None = None, path: PathLike = "clasificadores", *,
                 n_classifiers: int | None = None) -> None:
        if (n_clasificadores is None) == (n_classifiers is None):
            raise Error("give one of n_clasificadores and n_classifiers")
        self.n_clasificadores = int(n_clasificadores or n_classifiers or 0)
        self.path = path
        self._native: _native.Ensemble | None = None
        _native.Ensemble(self.n_clasificadores, path_of(path), 2)  # an Error now, if it is one

    @property
    def n_classifiers(self) -> int:
        return self.n_clasificadores

    def fit(self, X_train: ArrayLike, y_train: ArrayLike, validation: Examples | None = None,
            bootstrap_percent: float = 0.9, batch_size: int = 128, epochs: int = 15, *,
            learning_rate: float = 1e-4, seed: int = 54, normalize: str = "standardize",
            device: str = "auto", start_from: PathLike | None = None,
            callback: Callback | None = None, progress: bool | None = None) -> Ensemble:
        """Trains every member at once; their files are written at the start and after every epoch.

        Args:
            X_train: pictures [n, 127, 2900] or [n, 127, 2900, 1], uint8, or floats from 0 to 1 or
                0 to 255. What load_dataset returns is not copied: leave it alone until fit returns.
            y_train: labels [n]: class numbers from 0 on, names, or one-hot rows.
            validation: (X_test, y_test), on which every epoch is validated.
            bootstrap_percent: draws with replacement per member, as a share of the examples.
            batch_size: pictures per step; all of the sample if that is smaller.
            normalize: "standardize", "scale" (pixels / 255, as the original) or "none".
            device: "auto" (a GPU if there is one), "cpu" or "cuda".
            start_from: a Keras file, or a folder of as many as members, to start from.
            callback: called after every epoch with its number, from 1, and the metrics by name,
                each [members]. What it raises ends the training.
            progress: a bar, if tqdm is installed; None: on a terminal alone.

        Ctrl-C ends it after the current step: the members are what they were after that, and
        history_ holds the finished epochs.
        """
        x = pictures(X_train, "X_train")
        y, classes = labels(y_train, len(x), "y_train")
        x_test = y_test = None
        if validation is not None:
            x_test = pictures(validation[0], "X_test")
            y_test, _ = labels(validation[1], len(x_test), "y_test", classes)
        native = _native.Ensemble(self.n_clasificadores, path_of(self.path), len(classes))
        with Watch(epochs, callback, progress) as watch:
            history, problem = native.fit(
                x, y, x_test, y_test, bootstrap_percent=bootstrap_percent, batch_size=batch_size,
                epochs=epochs, learning_rate=learning_rate, seed=seed, normalize=normalize,
                device=_native.device_named(device), start_from="" if start_from is None else path_of(start_from),
                on_step=watch.on_step, on_epoch=watch.on_epoch)
        self._native, self.classes_, self.history_ = native, classes, history_of(history)
        if problem is not None:
            raise problem
        return self

    def _fitted(self) -> _native.Ensemble:
        if self._native is None:
            raise Error("the ensemble has no members yet: fit it or load it first")
        return self._native

    def predict(self, X: ArrayLike, vote: str = "mean") -> Array:
        """The class of each picture, [n], that the members vote for.

        vote: "mean", the largest mean probability, or "majority". Classes are numbers, or names
        if those were the labels of fit.
        """
        winners = self._fitted().predict(pictures(X, "X"), vote)
        classes: Array = self.classes_[winners]
        return classes

    def predict_classifiers(self, X: ArrayLike) -> tuple[Array, Array]:
        """Each member's probabilities, float32 [members, n, classes], and classes [members, n]."""
        vectors = self._fitted().predict_classifiers(pictures(X, "X"))
        return vectors, self.classes_[vectors.argmax(axis=2)]

    def save(self, path: PathLike) -> None:
        """Writes the members' files into a folder."""
        self._fitted().save(path_of(path))

    @classmethod
    def load_model(cls, path: PathLike, device: str = "auto") -> Ensemble:
        """The ensemble that a folder's classifier_0.h5, classifier_1.h5, … make.

        Where the folder holds no such files, all of its .h5 and .keras files by name.
        """
        native = _native.Ensemble.load_model(path_of(path), _native.device_named(device))
        ensemble = cls(native.size, path)
        ensemble._native = native
        ensemble.classes_ = np.arange(native.classes)
        return ensemble

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if self._native is not None:
            with tempfile.TemporaryDirectory() as folder:
                self._native.save(folder)
                state["_native"] = [(Path(folder) / f"classifier_{m}.h5").read_bytes()
                                    for m in range(self._native.size)]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        members = state["_native"]
        if members is not None:
            with tempfile.TemporaryDirectory() as folder:
                for m, member in enumerate(members):
                    (Path(folder) / f"classifier_{m}.h5").write_bytes(member)
                self._native = _native.Ensemble.load_model(folder, _native.device_named())


def load_dataset(path: PathLike, train_fraction: float = 0.8, *, seed: int = 54,
                 split: str = "stratified", skip_bad: bool = False
                 ) -> tuple[tuple[Array, Array], tuple[Array, Array], list[str]]:
    """The pictures of a tree <path>/<genre>/*.png or of its pack, split as the command line does.

    Returns (X_train, y_train), (X_test, y_test) and the genres' names. X is uint8 [n, 127, 2900],
    frequency by time, in memory time first; y is [n], numbers of genres. Pictures that cannot be
    read are an Error that lists them all, unless skip_bad. split: as the command line's --split.
    """
    pixels, y, genres, paths, _ = _native.load_pictures(path_of(path), skip_bad)
    x = pixels[..., 0]
    parts = [(x[rows].transpose(0, 2, 1), y[rows].astype(np.int64))
             for rows in _native.split_pictures(paths, y, genres, split, train_fraction, seed)]
    return parts[0], parts[1], genres
