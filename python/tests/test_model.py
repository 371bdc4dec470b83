import copy
import pickle

import numpy as np
import pytest

from tutti import Error, Model, Sequential, layers, load_model

random = np.random.default_rng(7)
X = random.normal(size=(40, 6, 1)).astype(np.float32)
y = np.arange(40) % 3
LSTM = [layers.LSTM(5), layers.Dense(8, "relu"), layers.Dense(3, "softmax")]


def test_fit_save_and_load(tmp_path):
    model = Sequential(LSTM, members=2).fit(X, y, validation_data=(X, y), epochs=3, batch_size=8)
    assert model.members == 2 and model.input_shape == (6, 1) and model.output_shape == (3,)
    assert model.history_["val_loss"].shape == (3, 2)
    assert model.count_params() == 4 * 5 * (1 + 5 + 1) + 6 * 8 + 9 * 3
    model.save(tmp_path / "net.h5")
    loaded = load_model([tmp_path / "net_0.h5", tmp_path / "net_1.h5"])
    assert model(X).shape == (2, 40, 3)
    np.testing.assert_allclose(model(X).sum(axis=2), 1, atol=1e-5)
    np.testing.assert_array_equal(model(X), loaded(X, batch_size=7))
    np.testing.assert_array_equal(model(X)[1], load_model(bytes(tmp_path / "net_1.h5")).predict(X))


def test_a_member_is_the_same_bits_alone():
    both = Sequential(LSTM, members=2).fit(X, y, epochs=2, bootstrap_fraction=0.9)
    alone = Sequential(LSTM).fit(X, y, epochs=2, bootstrap_fraction=0.9)
    np.testing.assert_array_equal(both(X)[0], alone(X))


def test_fit_goes_on():
    model = Sequential(LSTM).fit(X, y, epochs=2)
    before = model.history_["loss"][-1, 0]
    assert model.fit(X, y, epochs=20, learning_rate=1e-2).history_["loss"][-1, 0] < before


def test_pictures_and_every_layer():
    pictures = random.integers(0, 256, (8, 12, 10, 1), np.uint8)
    net = Sequential([layers.Rescaling(1 / 255), layers.Conv2D(4, (3, 3), padding="same", activation="relu"),
                      layers.BatchNormalization(), layers.MaxPooling2D(2), layers.Conv2D(3, 2),
                      layers.Activation("tanh"), layers.AveragePooling2D((2, 1)), layers.Dropout(0.1),
                      layers.Flatten(), layers.Dense(8, l2=1e-4),
                      layers.Reshape((4, 2)), layers.Conv1D(4, 2), layers.GRU(4, return_sequences=True),
                      layers.LayerNormalization(), layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
                      layers.SimpleRNN(4), layers.Dense(2, "softmax")])
    net.fit(pictures, [0, 1] * 4, epochs=1, optimizer="adamw", label_smoothing=0.1)
    assert np.isfinite(net(pictures)).all()
    for pooling in (layers.GlobalMaxPooling2D(), layers.GlobalAveragePooling2D()):
        net = Sequential([pooling, layers.Dense(2, "softmax")], input_shape=(12, 10, 1))
        assert net(pictures).shape == (8, 2)


def test_early_stopping_and_callbacks():
    told = []
    model = Sequential([layers.Flatten(), layers.Dense(3, "softmax")])
    model.fit(X, y, validation_data=(X, (y + 1) % 3), epochs=30, learning_rate=0.1, patience=1,
              callback=lambda epoch, metrics: told.append((epoch, metrics["loss"].shape)))
    assert told[0] == (1, (1,)) and len(told) < 30

    def enough(epoch, metrics):
        if epoch == 2:
            raise StopIteration("enough")

    with pytest.raises(StopIteration):
        model.fit(X, y, epochs=30, callback=enough)
    assert len(model.history_["loss"]) == 2


def test_a_progress_bar(capsys):
    Sequential(LSTM).fit(X, y, epochs=2, progress=True)
    assert "100%" in capsys.readouterr().err


def test_dicts_and_keras_layers():
    class Dense:
        def get_config(self):
            return {"name": "dense", "units": 3, "activation": "softmax"}

    net = Sequential([{"class_name": "Flatten"}, Dense()], input_shape=(6, 1))
    assert net(X).shape == (40, 3)


def test_arrays_of_other_layouts():
    net = Sequential(LSTM, input_shape=(6, 1))
    for other in (X.astype(">f8"), np.asfortranarray(X), np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1],
                  np.repeat(X, 2, axis=1)[:, ::2], X.tolist()):
        np.testing.assert_array_equal(net(other), net(X))


def test_copies():
    model = Sequential(LSTM, members=2).fit(X, y, epochs=1)
    for copied in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(copied(X), model(X))


@pytest.mark.parametrize("bad, message", [
    (lambda n: n(X[:, :5]), r"X is \[40, 5, 1\]; the model takes \[6, 1\]"),
    (lambda n: n(X[:0]), "empty"), (lambda n: n(np.array("x")), "takes numbers"),
    (lambda n: n(X.astype(object)), "takes numbers"), (lambda n: n(X, batch_size=0), "batch_size"),
    (lambda n: n.fit(np.full_like(X, np.nan), y), "not finite"),
    (lambda n: n.fit(np.full(X.shape, 1e300), y), "not finite"),
    (lambda n: n.fit(X, np.eye(4)[y]), "y has 4 classes, not 3"), (lambda n: n(X.astype(complex)), "takes numbers"),
    (lambda n: n.fit(X, y + 1), "label 3; labels are from 0 to 2"),
    (lambda n: n.fit(X, y, optimizer="guess"), "adamw"), (lambda n: n.fit(X, y, epochs=0), "epoch"),
    (lambda n: n.fit(X[:, :5], y), "the model takes"),
    (lambda n: n.fit(X, y, momentum=2.0, optimizer="sgd"), "momentum"),
    (lambda n: n.fit(X, y, validation_data=(X[:, :5], y)), "validation"),
    (lambda n: n.save("net.txt"), ".h5"), (lambda n: Model()(X), "not yet built"),
    (lambda n: Sequential(["dense"]), "describes no layer"), (lambda n: Sequential([], members=0), "at least one"),
    (lambda n: Sequential([layers.Dense(0)], input_shape=(3,)), "units"),
    (lambda n: Sequential([{"class_name": "Dense", "config": {"units": "x"}}], input_shape=(3,)), "Dense"),
    (lambda n: Sequential([{"class_name": "Attention"}], input_shape=(3,)), "not supported"),
    (lambda n: Sequential([], input_shape=(3,)), "layers"), (lambda n: load_model([]), "no file"),
    (lambda n: load_model("nothing.h5"), "nothing.h5"), (lambda n: load_model("nothing.keras"), "nothing.keras"),
])
def test_bad_input(bad, message):
    with pytest.raises(Error, match=message):
        bad(Sequential(LSTM, input_shape=(6, 1)))
