"""Run directories, as `tutti train` and `tutti tune` leave them."""

from __future__ import annotations

import base64
import csv
import html
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._arrays import Array, PathLike, path_of
from ._native import Error
from ._training import KEYS, History
from .songs import path_list


class Run:
    """Everything about one training.

    Attributes:
        path: its folder; "pretrained" stands for the built-in model's.
        info: run.json: options, seed, classes, the data's fingerprint, versions.
        classes: the genres in the order of the outputs.
    """

    def __init__(self, path: PathLike, device: str = "auto") -> None:
        self.path = Path(_native.run_folder(path_of(path)))
        self._device = device
        self._model: _native.Run | None = None
        self.info: dict[str, Any] = self._json("run.json")
        self.classes: list[str] = list(self.info.get("classes") or [])

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text("utf-8", errors="surrogateescape")
        except OSError as problem:
            raise Error(f"{self.path / name}: {problem.strerror}; a finished run has one") from None

    def _json(self, name: str) -> dict[str, Any]:
        try:
            document = json.loads(self._read(name))
        except json.JSONDecodeError as problem:
            raise Error(f"{self.path / name}: is damaged: {problem}") from None
        if not isinstance(document, dict):
            raise Error(f"{self.path / name}: is not a JSON object")
        return document

    @property
    def history(self) -> History:
        """Arrays [epochs, members] by name; NaN where nothing was validated."""
        rows = list(csv.DictReader(self._read("history.csv").splitlines()))
        try:
            members = len({row["member"] for row in rows}) or 1
            return {key: np.array([float(row[key] or "nan") for row in rows]).reshape(-1, members)
                    for key in KEYS}
        except (KeyError, ValueError) as problem:
            raise Error(f"{self.path / 'history.csv'}: is damaged: {problem}") from None

    @property
    def metrics(self) -> dict[str, Any]:
        """metrics.json: accuracy, loss, per_class, …"""
        return self._json("metrics.json")

    @property
    def confusion(self) -> Array:
        """Counts, int64 [classes, classes]: rows true, columns predicted."""
        return np.array(self.metrics["confusion"], np.int64)

    def predict(self, paths: PathLike | Iterable[PathLike], vote: str = "mean") -> list[dict[str, Any]]:
        """Genres of songs, or of what else the model takes; folders do as well.

        A dict each: path, genre, probability, probabilities by genre, votes of the members; or
        path and error for one that cannot be used.
        """
        return self._loaded().predict(path_list(paths), vote)

    def _loaded(self) -> _native.Run:
        if self._model is None:
            self._model = _native.Run(self.path, _native.device_named(self._device))
        return self._model

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def _repr_html_(self) -> str:
        parts = [f"<h4>{html.escape(str(self.path))}</h4>"]
        if (self.path / "metrics.json").exists():
            parts.append(f"<p>accuracy {self.metrics['accuracy']:.4f}, loss {self.metrics['loss']:.4f}</p>")
        for name in ("accuracy.png", "loss.png", "confusion.png"):
            if (self.path / name).exists():
                data = base64.b64encode((self.path / name).read_bytes()).decode()
                parts.append(f'<img style="max-width: 48%" alt="{name}" src="data:image/png;base64,{data}">')
        return "".join(parts)


def genre(paths: PathLike | Iterable[PathLike], top: int = 3, model: Run | PathLike | None = None) -> list[dict[str, Any]]:
    """The genres of songs, or of those in folders, however deep, by the built-in model.

    A dict each, as `tutti genre --json` gives it: path, genre, probability, probabilities by genre,
    votes of the networks, top (the likeliest, a dict of genre and probability each). One that
    cannot be used has path and error, stands last, and does not stop the others.

    model: a run, or its folder. A Run is loaded once, however often it is used.
    """
    run = model if isinstance(model, Run) else Run("pretrained" if model is None else model)
    return run._loaded().genre(path_list(paths), top)
