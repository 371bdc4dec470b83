"""What is told while something trains, and what is left of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from ._arrays import Array
from ._native import Error

History = dict[str, Array]
Callback = Callable[[int, History], Any]

KEYS = ("loss", "accuracy", "val_loss", "val_accuracy")


def history_of(values: Array) -> History:
    """Of [epochs, members, 4] an array [epochs, members] for each key; NaN where nothing validates."""
    return {key: values[:, :, k] for k, key in enumerate(KEYS)}


class Watch:
    """A tqdm bar and a callback(epoch, {key: [members]}) while something trains."""

    def __init__(self, epochs: int, callback: Callback | None, progress: bool | None) -> None:
        if epochs < 1:
            raise Error(f"epochs {epochs}: it is at least 1")
        self.callback = callback
        self.epochs = epochs
        self.bar: Any = None
        if progress is False or (progress is None and not sys.stderr.isatty()):
            return
        try:
            from tqdm.auto import tqdm
        except ImportError:
            if progress:
                raise
            return
        self.bar = tqdm(unit="step")

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self.bar is not None:
            self.bar.close()

    @property
    def on_step(self) -> Callable[[int, int, int], None] | None:
        if self.bar is None:
            return None

        def show(epoch: int, step: int, steps: int) -> None:
            self.bar.total = steps * self.epochs
            self.bar.update((epoch - 1) * steps + step - self.bar.n)

        return show

    @property
    def on_epoch(self) -> Callable[[int, Array], None] | None:
        if self.bar is None and self.callback is None:
            return None

        def tell(epoch: int, values: Array) -> None:
            now = {key: of_key[0] for key, of_key in history_of(values).items()}
            if self.bar is not None:
                self.bar.set_postfix({key: f"{of_key.mean():.4f}" for key, of_key in now.items()})
            if self.callback is not None:
                self.callback(epoch, now)

        return tell
