"""Arrays as the C++ side takes them: without a copy where type and layout allow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._native import Error

FREQUENCIES, TIMES = 127, 2900
Array = npt.NDArray[Any]
ArrayLike = Any  # what NumPy, DLPack or a list makes an array of
PathLike = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def path_of(path: PathLike) -> Path:
    """Of text, bytes or a path; names of files may be any bytes."""
    return Path(os.fsdecode(path))


def host_array(x: ArrayLike, what: str) -> Array:
    """x as an array of numbers or text in this machine's byte order, over x's memory if that can be."""
    if isinstance(x, np.ndarray):
        array = x
    elif hasattr(x, "__dlpack__") and not hasattr(x, "__array__"):
        array = np.from_dlpack(x)
    else:
        try:
            array = np.asarray(x)
        except (TypeError, ValueError, RuntimeError) as problem:
            raise Error(f"{what} cannot be read as an array: {problem}") from problem
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype.kind not in "biufUO":
        raise Error(f"{what} holds {array.dtype}; it takes numbers")
    return array


def numbers(x: ArrayLike, what: str, finite: bool = True) -> Array:
    """x as uint8 or float32, row-major; an Error if it is empty or, if `finite`, has NaN or infinities."""
    array = host_array(x, what)
    if array.dtype.kind in "UO":
        raise Error(f"{what} holds {array.dtype}; it takes numbers")
    if array.size == 0:
        raise Error(f"{what} is empty: {list(array.shape)}")
    if array.dtype != np.uint8:
        with np.errstate(over="ignore"):
            array = array.astype(np.float32, copy=False)
        if finite and not np.isfinite(array).all():
            raise Error(f"{what} has values that are not finite as float32")
    return np.ascontiguousarray(array)


def _pixels(picture: Array, scale: float, what: str) -> Array:
    if np.isnan(picture).any() or picture.min() < 0 or picture.max() * scale > 255:
        raise Error(f"{what}: pixels are from 0 to 255, or as floats from 0 to 1")
    return np.rint(picture * scale).astype(np.uint8)


def pictures(x: ArrayLike, what: str) -> Array:
    """Spectrograms [n, 127, 2900] or [n, 127, 2900, 1] as uint8 [n, 2900, 127, 1].

    Bytes that lie time first in memory, as load_dataset leaves them, are not copied. Floats are
    pixels from 0 to 1 if none is larger, else from 0 to 255, and are rounded to bytes.
    """
    array = host_array(x, what)
    if array.dtype.kind not in "iuf":
        raise Error(f"{what} holds {array.dtype}; pictures are uint8 or floats")
    shape = list(array.shape)
    if shape[1:] not in ([FREQUENCIES, TIMES], [FREQUENCIES, TIMES, 1]):
        raise Error(f"{what} is {shape}; pictures are [n, {FREQUENCIES}, {TIMES}], channel last if any")
    if shape[0] == 0:
        raise Error(f"{what} is empty: {shape}")
    turned = array.reshape(shape[:3]).transpose(0, 2, 1)
    if array.dtype != np.uint8:
        scale = 255.0 if array.dtype.kind == "f" and array.max() <= 1 else 1.0
        bytes_ = np.empty(turned.shape, np.uint8)
        for i, picture in enumerate(turned):  # one by one: floats take four times the memory
            bytes_[i] = _pixels(picture, scale, what)
        turned = bytes_
    return np.ascontiguousarray(turned)[..., np.newaxis]


def mel_frames(x: ArrayLike, what: str) -> tuple[Array, Array]:
    """Pictures [n, bands, frames], or a list of pictures [bands, frames] of any number of frames.

    Returns a copy of them time first, one after another, uint8 [frames of all, bands], and how
    many frames each has, int32 [n]. Floats are taken as by pictures().
    """
    if isinstance(x, (list, tuple)):
        all_ = [host_array(picture, f"{what}[{i}]") for i, picture in enumerate(x)]
    else:
        array = host_array(x, what)
        if array.ndim != 3:
            raise Error(f"{what} is {list(array.shape)}; mel pictures are [n, bands, frames]")
        all_ = list(array)
    if not all_ or any(picture.size == 0 for picture in all_):
        raise Error(f"{what} is empty: {len(all_)} pictures" + (", one of no size" if all_ else ""))
    for i, picture in enumerate(all_):
        if picture.dtype.kind not in "iuf":
            raise Error(f"{what}[{i}] holds {picture.dtype}; pictures are uint8 or floats")
        if picture.ndim != 2 or len(picture) != len(all_[0]):
            raise Error(f"{what}[{i}] is {list(picture.shape)}; mel pictures are [bands, frames], "
                        "all of as many bands")
    small = all(picture.dtype.kind == "f" and picture.max() <= 1 for picture in all_)
    frames = [picture.T if picture.dtype == np.uint8 else
              _pixels(picture.T, 255.0 if small else 1.0, f"{what}[{i}]") for i, picture in enumerate(all_)]
    return np.concatenate(frames), np.array([len(picture) for picture in frames], np.int32)


def _codes(array: Array, classes: int, what: str) -> Array:
    """Whole numbers from 0 to below `classes`; from 0 up if that is 0."""
    if array.dtype.kind == "f" and not (np.isfinite(array).all() and (array == np.rint(array)).all()):
        raise Error(f"{what} has labels that are not whole numbers")
    if array.min() < 0 or (classes and array.max() >= classes) or array.max() >= 2**31:
        wrong = array.min() if array.min() < 0 else array.max()
        raise Error(f"{what} has the label {wrong}; labels are from 0 to "
                    f"{classes - 1 if classes else 'the number of classes less one'}")
    return array.astype(np.int32)


def labels(y: ArrayLike, count: int, what: str, classes: Array | None = None) -> tuple[Array, Array]:
    """Labels as int32 [n], and the classes they index: numbers from 0 on, or names.

    y holds class numbers from 0 on, names, or one-hot rows. With `classes`, labels are of those.
    """
    array = host_array(y, what)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in (1, 2) or array.shape[0] != count:
        raise Error(f"{what} is {list(array.shape)}; there are {count} examples")
    named = array.dtype.kind in "UO"
    if named and not all(isinstance(name, str) for name in array.flat):
        raise Error(f"{what} holds Python objects; labels are numbers, names or one-hot rows")
    if array.ndim == 2:
        if named or not (((array == 0) | (array == 1)).all() and (array.sum(axis=1) == 1).all()):
            raise Error(f"{what} is {list(array.shape)}, but its rows are not one-hot")
        if classes is not None and len(classes) != array.shape[1]:
            raise Error(f"{what} has {array.shape[1]} classes, not {len(classes)}")
        return array.argmax(axis=1).astype(np.int32), np.arange(array.shape[1])
    if not named:
        codes = _codes(array, 0 if classes is None else len(classes), what)
        return codes, np.arange(codes.max() + 1) if classes is None else classes
    if classes is None:
        classes, found = np.unique(array.astype(str), return_inverse=True)
        return found.astype(np.int32), classes
    number = {name: k for k, name in enumerate(classes.tolist())}
    unknown = sorted(set(array.tolist()) - set(number))
    if unknown:
        raise Error(f"{what} has the label {unknown[0]!r}, which is not one of {', '.join(map(str, number))}")
    return np.array([number[name] for name in array.tolist()], np.int32), classes
