"""What the estimators in scikit-learn's way share."""

from __future__ import annotations

from typing import Any

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as missing:
    raise ImportError("LstmClassifier, RnnClassifier and MelCnn need scikit-learn 1.6 or later: "
                      "pip install scikit-learn") from missing

from ._arrays import Array
from ._native import Error

__all__ = ["BaseEstimator", "ClassifierMixin", "check_consistent_length", "check_is_fitted", "coded",
           "column_or_1d", "seed_of", "validate_data"]


def seed_of(random_state: Any) -> int:
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def coded(y: Array, validation_y: Array | None = None) -> tuple[Array, Array]:
    """The classes of y, sorted, and y and then validation_y as int32 numbers of them."""
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise Error("y has labels that are not finite")
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise Error(f"y holds one class, {classes.tolist()[0]!r}; a classifier tells at least two apart")
    if validation_y is not None:
        unknown = np.setdiff1d(validation_y, classes)
        if unknown.size:
            raise Error(f"the validation data has the label {unknown.tolist()[0]!r}, "
                        "which is not in the training data")
        codes = np.concatenate([codes, np.searchsorted(classes, validation_y)])
    return classes, codes.astype(np.int32)
