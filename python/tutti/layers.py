"""Layers as Keras describes them, for tutti.Sequential: a class's name and its settings.

Shapes are channels last: [height, width, channels], [steps, features].
"""

from __future__ import annotations

from typing import Any

Layer = dict[str, Any]
Lengths = int | tuple[int, ...]


def _layer(class_name: str, **config: Any) -> Layer:
    lists = {key: list(value) if isinstance(value, tuple) else value for key, value in config.items()}
    return {"class_name": class_name, "config": lists}


def Dense(units: int, activation: str | None = None, *, use_bias: bool = True, l2: float = 0.0) -> Layer:
    """activation(x @ kernel + bias); l2 times the sum of the kernel's squares adds to the loss."""
    regularizer = {"class_name": "L2", "config": {"l2": l2}} if l2 else None
    return _layer("Dense", units=units, activation=activation, use_bias=use_bias,
                  kernel_regularizer=regularizer)


def Conv2D(filters: int, kernel_size: Lengths, *, strides: Lengths = 1, padding: str = "valid",
           activation: str | None = None, use_bias: bool = True) -> Layer:
    """Convolution over [height, width, channels]; padding is "valid" or "same"."""
    return _layer("Conv2D", filters=filters, kernel_size=kernel_size, strides=strides,
                  padding=padding, activation=activation, use_bias=use_bias)


def Conv1D(filters: int, kernel_size: int, *, strides: int = 1, padding: str = "valid",
           activation: str | None = None, use_bias: bool = True) -> Layer:
    """Convolution over [steps, channels]; padding is "valid" or "same"."""
    return _layer("Conv1D", filters=filters, kernel_size=kernel_size, strides=strides,
                  padding=padding, activation=activation, use_bias=use_bias)


def MaxPooling2D(pool_size: Lengths = 2, *, strides: Lengths | None = None, padding: str = "valid") -> Layer:
    """The largest value of each window; strides are pool_size unless given."""
    return _layer("MaxPooling2D", pool_size=pool_size, strides=strides, padding=padding)


def AveragePooling2D(pool_size: Lengths = 2, *, strides: Lengths | None = None,
                     padding: str = "valid") -> Layer:
    """The mean of each window; strides are pool_size unless given."""
    return _layer("AveragePooling2D", pool_size=pool_size, strides=strides, padding=padding)


def GlobalMaxPooling2D() -> Layer:
    """The largest value of each channel."""
    return _layer("GlobalMaxPooling2D")


def GlobalAveragePooling2D() -> Layer:
    """The mean of each channel."""
    return _layer("GlobalAveragePooling2D")


def LSTM(units: int, *, return_sequences: bool = False, dropout: float = 0.0) -> Layer:
    """Over [steps, features]: the last step's output, or all of them."""
    return _layer("LSTM", units=units, return_sequences=return_sequences, dropout=dropout)


def GRU(units: int, *, return_sequences: bool = False, dropout: float = 0.0) -> Layer:
    """Over [steps, features], as Keras' with reset_after."""
    return _layer("GRU", units=units, return_sequences=return_sequences, dropout=dropout,
                  reset_after=True)


def SimpleRNN(units: int, *, return_sequences: bool = False, dropout: float = 0.0) -> Layer:
    """Over [steps, features]: the last step's output, or all of them."""
    return _layer("SimpleRNN", units=units, return_sequences=return_sequences, dropout=dropout)


def BatchNormalization(*, momentum: float = 0.99, epsilon: float = 1e-3) -> Layer:
    """Mean 0 and variance 1 for each channel of a batch."""
    return _layer("BatchNormalization", momentum=momentum, epsilon=epsilon)


def LayerNormalization(*, epsilon: float = 1e-3) -> Layer:
    """Mean 0 and variance 1 over the last axis of each example."""
    return _layer("LayerNormalization", axis=-1, epsilon=epsilon)


def Bidirectional(layer: Layer) -> Layer:
    """A recurrent layer forward and, with weights of its own, backward in time; outputs side by side."""
    return _layer("Bidirectional", layer=layer, merge_mode="concat")


def Activation(activation: str) -> Layer:
    """A function of one number: "relu", "tanh", "sigmoid", "softmax", …"""
    return _layer("Activation", activation=activation)


def Dropout(rate: float) -> Layer:
    """Sets a share of the values to zero while training."""
    return _layer("Dropout", rate=rate)


def Flatten() -> Layer:
    """All values of an example on one axis."""
    return _layer("Flatten")


def Reshape(target_shape: tuple[int, ...]) -> Layer:
    """The same values in another shape."""
    return _layer("Reshape", target_shape=target_shape)


def Rescaling(scale: float, offset: float = 0.0) -> Layer:
    """scale * x + offset; bytes stay bytes in memory."""
    return _layer("Rescaling", scale=scale, offset=offset)
