"""Networks: those of Keras files, and those built here of layers as Keras describes them."""

from __future__ import annotations

import copyreg
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from . import _native
from ._arrays import Array, ArrayLike, PathLike, labels, numbers, path_of
from ._native import Error
from ._training import Callback, History, Watch, history_of
from .songs import path_list


class Model:
    """One network, or N of one shape side by side: its members.

    Attributes: members, input_shape and output_shape of one example, and after fit history_,
    arrays [epochs, members] by "loss", "accuracy", "val_loss" and "val_accuracy".
    """

    history_: History

    def __init__(self, network: _native.Network | None = None) -> None:
        self._net = network

    def _network(self) -> _native.Network:
        if self._net is None:
            raise Error("the model is not yet built: fit it, or build it for an input_shape")
        return self._net

    @property
    def members(self) -> int:
        return self._network().members

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self._network().input_shape)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return tuple(self._network().output_shape)

    def count_params(self) -> int:
        """Weights of one member."""
        return self._network().parameters

    def __call__(self, X: ArrayLike, batch_size: int = 32) -> Array:
        """Outputs, float32 [n, *output_shape]; of several members [members, n, *output_shape].

        X is [n, *input_shape], uint8 or what becomes float32.
        """
        if batch_size < 1:
            raise Error(f"batch_size {batch_size}: it is at least 1")
        try:
            outputs = self._network().outputs(numbers(X, "X", finite=False), batch_size)
        except Error as problem:
            raise Error(f"X {problem}" if str(problem).startswith("is ") else str(problem)) from None
        return outputs[0] if self.members == 1 else outputs

    predict = __call__

    def fit(self, X: ArrayLike, y: ArrayLike, *, validation_data: tuple[ArrayLike, ArrayLike] | None = None,
            epochs: int = 15, batch_size: int = 32, learning_rate: float = 1e-3,
            optimizer: str = "adam", momentum: float = 0.0, weight_decay: float = 4e-3,
            label_smoothing: float = 0.0, bootstrap_fraction: float | None = None,
            patience: int | None = None, seed: int = 54, callback: Callback | None = None,
            progress: bool | None = None) -> Model:
        """Trains every member with the cross-entropy; another call goes on with the optimizer's state.

        Args:
            X: [n, *input_shape], uint8 or what becomes float32. Arrays of these types that are
                row-major are not copied: leave them alone until fit returns.
            y: class numbers [n] from 0 on, or one-hot rows; the model ends in a softmax.
            optimizer: "adam", "adamw" (weight_decay) or "sgd" (momentum).
            bootstrap_fraction: each member draws so large a share of the examples, with
                replacement; None: each sees all of them.
            patience: epochs without a lower validation loss after which a member stops, with the
                weights of its best; None: none does.
            callback, progress: as Ensemble.fit's. Ctrl-C ends it after the current step.
        """
        network = self._network()
        x = numbers(X, "X")
        classes = np.arange(network.output_shape[-1])
        codes, _ = labels(y, len(x), "y", classes)
        other_x = other_codes = None
        if validation_data is not None:
            other_x = numbers(validation_data[0], "the validation X")
            other_codes, _ = labels(validation_data[1], len(other_x), "the validation y", classes)
        for what, examples in (("X", x), ("the validation X", other_x)):
            if examples is not None and examples.shape[1:] != self.input_shape:
                raise Error(f"{what} is {list(examples.shape)}; the model takes "
                            f"{list(self.input_shape)} per example, examples first")
        with Watch(epochs, callback, progress) as watch:
            history, problem = network.fit(
                x, codes, other_x, other_codes, bootstrap_fraction=bootstrap_fraction,
                batch_size=batch_size, epochs=epochs, learning_rate=learning_rate,
                optimizer=optimizer, momentum=momentum, weight_decay=weight_decay,
                label_smoothing=label_smoothing, patience=patience, seed=seed,
                on_step=watch.on_step, on_epoch=watch.on_epoch)
        self.history_ = history_of(history)
        if problem is not None:
            raise problem
        return self

    def save(self, path: PathLike) -> None:
        """Writes a Keras .h5 file; of several members one each: net_0.h5, net_1.h5, … for net.h5."""
        network, file = self._network(), path_of(path)
        if network.members == 1:
            return network.save([file])
        network.save([file.with_name(f"{file.stem}_{m}{file.suffix}") for m in range(network.members)])


class Sequential(Model):
    """Layers one after another, each as tutti.layers describes it.

    Args:
        layers: descriptions; Keras' own layers, and dicts of class_name and config, do as well.
        members: networks side by side, each with weights of its own.
        seed: of the weights. Member k of a seed is the same whatever the other members are.
        input_shape: of one example; without it, fit takes that of X.
        device: "auto" (a GPU if there is one), "cpu" or "cuda".
    """

    def __init__(self, layers: Iterable[Any], *, members: int = 1, seed: int = 54,
                 input_shape: tuple[int, ...] | None = None, device: str = "auto") -> None:
        super().__init__()
        if members < 1:
            raise Error(f"a model of {members} members; it takes at least one")
        self._described = json.dumps([_described(layer) for layer in layers])
        self._built_with = members, seed, device
        if input_shape is not None:
            self.build(input_shape)

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Makes the first weights for examples of this shape."""
        members, seed, device = self._built_with
        self._net = _native.build_network(self._described, list(input_shape), members, seed,
                                          _native.device_named(device))

    def fit(self, X: ArrayLike, y: ArrayLike, **options: Any) -> Model:
        if self._net is None:
            self.build(numbers(X, "X").shape[1:])
        return super().fit(X, y, **options)

    fit.__doc__ = Model.fit.__doc__


def load_model(path: PathLike | Iterable[PathLike], device: str = "auto") -> Model:
    """The model of a .h5 or .keras file of Keras 1 to 3; of several files, a member each."""
    files = path_list(path)
    if not files:
        raise Error("no file to load")
    return Model(_native.load_network(files, _native.device_named(device)))


def _described(layer: Any) -> dict[str, Any]:
    if hasattr(layer, "get_config"):
        return {"class_name": type(layer).__name__, "config": layer.get_config()}
    if isinstance(layer, dict) and isinstance(layer.get("class_name"), str):
        return {"class_name": layer["class_name"], "config": dict(layer.get("config", {}))}
    raise Error(f"{layer!r} describes no layer; tutti.layers does, and Keras' own layers")


def _unpickled(members: list[bytes]) -> _native.Network:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{m}.h5" for m in range(len(members))]
        for file, member in zip(files, members):
            file.write_bytes(member)
        return _native.load_network(files, _native.device_named())


def _pickled(network: _native.Network) -> tuple[Any, ...]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{m}.h5" for m in range(network.members)]
        network.save(files)
        return _unpickled, ([file.read_bytes() for file in files],)


copyreg.pickle(_native.Network, _pickled)
