"""Makes keras_files/: a model as Keras 3 saves it, another as Keras 2.2 did, and files that lie.

    KERAS_BACKEND=torch python make_keras_files.py

Made with Keras 3.15.1, PyTorch 2.15 and h5py 3.16 (HDF5 2.0).
"""
import json
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers

folder = Path(__file__).parent / "keras_files"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir()


def keras3():
    """A small network, and what its file says in JSON."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((8, 6, 1)),
        layers.Conv2D(3, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dense(4, activation="softmax", bias_initializer="glorot_uniform"),
    ])
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="categorical_crossentropy")
    model.save(folder / "keras3.h5")
    described = [{
        "class_name": type(layer).__name__,
        "name": layer.name,
        "weights": [{"name": weight.name, "shape": list(weight.shape),
                     "values": weight.numpy().astype(float).ravel().tolist()}
                    for weight in layer.weights],
    } for layer in model.layers]
    with open(folder / "keras3.json", "w") as file:
        json.dump({"keras_version": keras.__version__, "layers": described}, file, indent=1)


def config(*, kind="Sequential", layer="Dense"):
    """Keras 2.2: no InputLayer."""
    dense = {"name": "dense_1", "batch_input_shape": [None, 2], "units": 3}
    return json.dumps({"class_name": kind, "config": {
        "name": "sequential_1", "layers": [{"class_name": layer, "config": dense}]}})


kernel = np.arange(6, dtype="float32").reshape(2, 3)
bias = np.array([0.5, 1.5, 2.5], "float32")


def dense_file(name, description=config(), names=("dense_1/kernel:0", "dense_1/bias:0")):
    """A file of one Dense layer, in the strings of old h5py: ASCII of fixed length."""
    file = h5py.File(folder / f"{name}.h5", "w")
    file.attrs["keras_version"] = np.bytes_("2.2.4")
    if description:
        file.attrs["model_config"] = np.bytes_(description)
    weights = file.create_group("model_weights")
    weights.attrs["layer_names"] = np.array([b"dense_1"])
    layer = weights.create_group("dense_1")
    layer.attrs["weight_names"] = np.array([name.encode() for name in names])
    return file, layer


def filled(name, **options):
    file, layer = dense_file(name, **options)
    layer["dense_1/kernel:0"] = kernel
    layer["dense_1/bias:0"] = bias
    return file, layer


keras3()

# What is well.
filled("keras2_2")
_, layer = dense_file("other_floats")
layer["dense_1/kernel:0"] = kernel.astype("float64")
layer["dense_1/bias:0"] = bias.astype("float16")
_, layer = dense_file("compressed")
layer.create_dataset("dense_1/kernel:0", data=kernel, chunks=(2, 3), compression="gzip")
layer["dense_1/bias:0"] = bias
file, _ = filled("split_lists")
weights = file["model_weights"]
del weights.attrs["layer_names"]
weights.attrs["layer_names0"] = np.array([b"dense_0"])
weights.attrs["layer_names1"] = np.array([b"dense_1"])

# What is not.
filled("weights_only", description=None)
filled("functional", description=config(kind="Functional"))
filled("deep_json", description="[" * 5000 + "]" * 5000)
filled("not_json", description='{"class_name": ')
filled("no_layers", description='{"class_name": "Sequential", "config": {"layers": 3}}')
dense_file("no_weights")
dense_file("no_group")[0].pop("model_weights/dense_1")
filled("outside", names=("../dense_1/dense_1/kernel:0",))
filled("from_the_root", names=("/model_weights/dense_1/dense_1/kernel:0",))
_, layer = dense_file("integers")
layer["dense_1/kernel:0"] = kernel.astype("int32")
_, layer = dense_file("soft_link")
layer["dense_1/bias:0"] = bias
layer["dense_1/kernel:0"] = h5py.SoftLink("/model_weights/dense_1/dense_1/bias:0")
_, layer = dense_file("external_link")
layer["dense_1/kernel:0"] = h5py.ExternalLink("keras2_2.h5", "/model_weights/dense_1/dense_1/kernel:0")
file, _ = filled("external_group")
del file["model_weights"]
file["model_weights"] = h5py.ExternalLink("keras2_2.h5", "/model_weights")
_, layer = dense_file("external_storage")
layer.create_dataset("dense_1/kernel:0", (2, 3), "float32", external=[("values.bin", 0, 24)])
_, layer = dense_file("virtual")
layout = h5py.VirtualLayout((2, 3), "float32")
layout[:] = h5py.VirtualSource("keras2_2.h5", "model_weights/dense_1/dense_1/kernel:0", (2, 3))
layer.create_virtual_dataset("dense_1/kernel:0", layout)
_, layer = dense_file("huge")
layer.create_dataset("dense_1/kernel:0", (1 << 20, 1 << 20), "float32", chunks=(64, 64))
_, layer = dense_file("huge_chunk")
layer.create_dataset("dense_1/kernel:0", (1, 1), "float32", maxshape=(None, None), chunks=(2048, 2048), compression="gzip")
layer["dense_1/kernel:0"][...] = 1
_, layer = dense_file("repeated", names=["dense_1/kernel:0"] * 1000)
layer["dense_1/kernel:0"] = kernel

# Functional models that are not a chain.
def functional(name, *layers):
    """Layers as (name, the names of their sources)."""
    described = [{"class_name": "InputLayer" if not sources else "Add" if len(sources) > 1 else "Dense", "name": layer,
                  "config": {"name": layer, "units": 3, **({} if sources else {"batch_input_shape": [None, 3]})},
                  "inbound_nodes": [[[source, 0, 0, {}] for source in sources]] if sources else []}
                 for layer, *sources in layers]
    filled(name, description=json.dumps({"class_name": "Functional", "config": {"name": "model", "layers": described}}))


functional("branches", ("in",), ("a", "in"), ("b", "in"))
functional("joins", ("in",), ("a", "in"), ("b", "a", "in"))
functional("circle", ("in",), ("a", "b"), ("b", "a"))

# Sizes that no memory holds.
for name, units in (("many_units", 1 << 40), ("no_units", 0), ("negative_units", -3)):
    filled(name, description=json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "Dense", "config": {"name": "dense_1", "batch_input_shape": [None, 2], "units": units}}]}}))
filled("vast", description=json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [
    {"class_name": "ZeroPadding2D", "config": {"name": "dense_1", "batch_input_shape": [None, 1 << 31, 1 << 31, 8],
                                               "padding": [[1, 1], [1, 1]]}}]}}), names=())
file, _ = filled("optimizer_outside")
state = file.create_group("optimizer_weights")
state.attrs["weight_names"] = np.array([b"../model_weights/dense_1/dense_1/kernel:0"])


# Archives.
def archive(name, **entries):
    with zipfile.ZipFile(folder / f"{name}.keras", "w", zipfile.ZIP_DEFLATED) as file:
        for entry, content in entries.items():
            file.writestr({"config": "config.json", "metadata": "metadata.json", "weights": "model.weights.h5"}[entry],
                          content)


metadata = '{"keras_version": "3.15.1"}'
archive("no_config", metadata=metadata)
archive("no_weights_inside", config=config(), metadata=metadata)
archive("weights_are_text", config=config(), metadata=metadata, weights="weights")
archive("deep_config", config="[" * 5000 + "]" * 5000, metadata=metadata, weights="")
archive("bomb", config=bytes(100_000_000), metadata=metadata, weights="")
whole = (folder / "bomb.keras").read_bytes()
(folder / "truncated.keras").write_bytes(whole[:len(whole) // 2])
# A size that lies: config.json of 4 GB, says the directory.
archive("lies", config=config(), metadata=metadata, weights="")
bytes_of = bytearray((folder / "lies.keras").read_bytes())
entry = bytes_of.index(b"PK\x01\x02")
bytes_of[entry + 24:entry + 28] = (0xFFFFFFF0).to_bytes(4, "little")
(folder / "lies.keras").write_bytes(bytes_of)
