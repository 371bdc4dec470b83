"""Names the genre of music, and trains the networks that do: every member of an ensemble at once.

>>> from tutti import Ensemble, load_dataset
>>> (X_train, y_train), (X_test, y_test), genres = load_dataset("genres")
>>> ensemble = Ensemble(n_clasificadores=5, path="clasificadores")
>>> ensemble.fit(X_train, y_train, (X_test, y_test), epochs=15)
>>> ensemble.predict(X_test)
"""

from typing import TYPE_CHECKING, Any

from . import layers
from ._native import Error, set_threads, threads, version as __version__
from .ensemble import Ensemble, load_dataset
from .model import Model, Sequential, load_model
from .run import Run
from .search import tune
from .songs import features, spectrogram

if TYPE_CHECKING:
    from .classifiers import LstmClassifier, RnnClassifier

__all__ = [
    "Ensemble", "Error", "LstmClassifier", "Model", "RnnClassifier", "Run", "Sequential",
    "features", "layers", "load_dataset", "load_model", "set_threads", "spectrogram", "threads",
    "tune", "__version__",
]

Error.__module__ = "tutti"


def __getattr__(name: str) -> Any:
    if name not in ("LstmClassifier", "RnnClassifier"):
        raise AttributeError(f"module 'tutti' has no attribute {name!r}")
    from . import classifiers  # needs scikit-learn, which takes a second to import

    return getattr(classifiers, name)
