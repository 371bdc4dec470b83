"""The classifiers of audio features, in scikit-learn's way."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _native, model
from ._arrays import Array, ArrayLike, PathLike
from ._estimator import (BaseEstimator, ClassifierMixin, check_is_fitted, coded, seed_of,
                         validate_data)
from ._training import Callback, History, Watch, history_of

__all__ = ["LstmClassifier", "RnnClassifier"]


class _FeatureClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Parameters, all optional:

        epochs: times through the training rows.
        batch_size: rows per step; all of them if they are fewer.
        learning_rate: of Adam.
        scaling: of features by the training rows: "minmax" (0 to 1), "standard" or "none".
        random_state: the seed of weights and order; an int gives the same bits as the command line.
        device: "auto" (a GPU if there is one), "cpu" or "cuda".
        callback: called after every epoch with its number, from 1, and the metrics by name.
        progress: a bar, if tqdm is installed; None: on a terminal alone.

    After fit: classes_, n_features_in_, history_ (arrays [epochs, 1] by name), n_iter_, model_.
    """

    _kind: str
    classes_: Array
    history_: History
    model_: model.Model

    def fit(self, X: ArrayLike, y: ArrayLike,
            validation_data: tuple[ArrayLike, ArrayLike] | None = None) -> _FeatureClassifier:
        """Trains on features X [n, features] and labels y [n]; validates every epoch on others.

        Ctrl-C ends it after the current step and leaves the classifier as it was then.
        """
        X, y = validate_data(self, X, y, dtype=np.float32, order="C")
        train, other_y = len(X), None
        if validation_data is not None:
            other_X, other_y = validate_data(self, *validation_data, dtype=np.float32, order="C",
                                             reset=False)
            X = np.concatenate([X, other_X])
        self.classes_, codes = coded(y, other_y)
        shape = {key: getattr(self, key, 1) for key in ("units", "layers", "dense", "dense_layers")}
        with Watch(self.epochs, self.callback, self.progress) as watch:
            network, self._scaler, history, problem = _native.fit_features(
                self._kind, X, codes, train, [str(name) for name in self.classes_],
                **shape, scaling=self.scaling, epochs=self.epochs, batch_size=self.batch_size,
                learning_rate=self.learning_rate, seed=seed_of(self.random_state),
                device=_native.device_named(self.device),
                on_step=watch.on_step, on_epoch=watch.on_epoch)
        self.model_ = model.Model(network)
        self.history_ = history_of(history)
        self.n_iter_ = len(history)
        if problem is not None:
            raise problem
        return self

    def _checked(self, X: ArrayLike) -> Array:
        if (type(X) is np.ndarray and X.dtype == np.float32 and X.ndim == 2 and X.flags.c_contiguous
                and X.shape[0] and X.shape[1] == self.n_features_in_
                and not hasattr(self, "feature_names_in_") and np.isfinite(X).all()):
            return X  # what follows takes longer than a prediction
        checked: Array = validate_data(self, X, dtype=np.float32, order="C", reset=False)
        return checked

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities, float32 [n, classes], in the order of classes_."""
        check_is_fitted(self, "model_")
        return _native.predict_features(self.model_._network(), self._scaler, self._checked(X))

    def predict(self, X: ArrayLike) -> Array:
        """The most probable class of each row, [n]."""
        best = self.predict_proba(X).argmax(axis=1)  # first: it says so if this is not yet fitted
        classes: Array = self.classes_[best]
        return classes

    def save(self, path: PathLike) -> None:
        """Writes the network as a Keras .h5 file, for features scaled as they were here."""
        check_is_fitted(self, "model_")
        self.model_.save(path)


class LstmClassifier(_FeatureClassifier):
    __doc__ = f"""LSTM layers and dense layers over the features of a song.

    Args:
        units, layers: of the LSTM.
        dense, dense_layers: units of the dense layers, and how many before the last.

    {_FeatureClassifier.__doc__}"""
    _kind = "lstm"

    def __init__(self, units: int = 52, layers: int = 3, dense: int = 134, dense_layers: int = 2, *,
                 epochs: int = 50, batch_size: int = 32, learning_rate: float = 0.0023916625587450248,
                 scaling: str = "minmax", random_state: Any = 54, device: str = "auto",
                 callback: Callback | None = None, progress: bool | None = None) -> None:
        self.units = units
        self.layers = layers
        self.dense = dense
        self.dense_layers = dense_layers
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.scaling = scaling
        self.random_state = random_state
        self.device = device
        self.callback = callback
        self.progress = progress


class RnnClassifier(_FeatureClassifier):
    __doc__ = f"""The simple RNN before the LSTM: 20 units, then dense layers of 64, 32 and 16.

    {_FeatureClassifier.__doc__}"""
    _kind = "rnn"

    def __init__(self, *, epochs: int = 150, batch_size: int = 32, learning_rate: float = 1e-3,
                 scaling: str = "minmax", random_state: Any = 54, device: str = "auto",
                 callback: Callback | None = None, progress: bool | None = None) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.scaling = scaling
        self.random_state = random_state
        self.device = device
        self.callback = callback
        self.progress = progress
