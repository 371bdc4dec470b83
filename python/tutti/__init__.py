"""Names the genre of music, and trains the networks that do: every member of an ensemble at once.

>>> from tutti import Ensemble, load_dataset
>>> (X_train, y_train), (X_test, y_test), genres = load_dataset("genres")
>>> ensemble = Ensemble(n_clasificadores=5, path="clasificadores")
>>> ensemble.fit(X_train, y_train, (X_test, y_test), epochs=15)
>>> ensemble.predict(X_test)
"""

import importlib
from typing import TYPE_CHECKING, Any

from . import layers
from ._native import Error, precision, set_precision, set_threads, threads, version as __version__
from .ensemble import Ensemble, load_dataset
from .model import Model, Sequential, load_model
from .run import Run, genre
from .search import tune
from .songs import features, spectrogram

if TYPE_CHECKING:
    from .classifiers import LstmClassifier, RnnClassifier
    from .melcnn import MelCnn

__all__ = [
    "Ensemble", "Error", "LstmClassifier", "MelCnn", "Model", "RnnClassifier", "Run", "Sequential",
    "features", "genre", "layers", "load_dataset", "load_model", "precision", "set_precision", "set_threads",
    "spectrogram", "threads", "tune", "__version__",
]

Error.__module__ = "tutti"


def __getattr__(name: str) -> Any:
    module = {"LstmClassifier": "classifiers", "RnnClassifier": "classifiers", "MelCnn": "melcnn"}.get(name)
    if module is None:
        raise AttributeError(f"module 'tutti' has no attribute {name!r}")
    # These need scikit-learn, which takes a second to import.
    return getattr(importlib.import_module("." + module, __name__), name)
