import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from conftest import tutti

import tutti as package
from tutti import Ensemble, Error, load_dataset


@pytest.fixture(scope="module")
def data(tree):
    return load_dataset(tree)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    (X_train, y_train), test, _ = data
    path = tmp_path_factory.mktemp("clasificadores")
    ensemble = Ensemble(n_clasificadores=2, path=path)
    ensemble.fit(X_train, y_train, test, bootstrap_percent=.9, batch_size=8, epochs=2)
    return ensemble


def test_the_same_bits_as_the_command_line(tree, data, trained, tmp_path):
    _, (X_test, y_test), genres = data
    run = tmp_path / "run"
    said = json.loads(tutti("train", "ensemble", "--data", tree, "--out", run, "--members", 2,
                            "--epochs", 2, "--batch", 8, "--quiet", "--json"))
    for member in ("classifier_0.h5", "classifier_1.h5"):
        assert (run / member).read_bytes() == (Path(trained.path) / member).read_bytes()
    assert said["classes"] == genres
    assert said["accuracy"] == np.mean(trained.predict(X_test) == y_test)
    for key, values in package.Run(run).history.items():
        np.testing.assert_array_equal(values, trained.history_[key])


def test_the_original_s_snippet(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (X_train, y_train), (X_test, y_test), _ = data
    n_clasificadores = 1
    ensemble = Ensemble(n_clasificadores=n_clasificadores, path='clasificadores')
    ensemble.fit(X_train, y_train, (X_test, y_test), bootstrap_percent=.9, batch_size=128, epochs=1)
    vectors, classes = ensemble.predict_classifiers(X_test)
    assert vectors.shape == (1, len(y_test), 10) and classes.shape == (1, len(y_test))
    loaded = Ensemble.load_model('clasificadores')
    np.testing.assert_array_equal(ensemble.predict(X_test), loaded.predict(X_test))


def test_load_dataset_shares_its_memory(data):
    (X_train, _), (X_test, _), genres = data
    assert X_train.shape == (20, 127, 2900) and X_test.shape == (10, 127, 2900) and len(genres) == 10
    from tutti._arrays import pictures
    assert np.shares_memory(pictures(X_train, "X"), X_train)


@pytest.mark.parametrize("spelling", [
    lambda x: np.ascontiguousarray(x), lambda x: x[..., np.newaxis], lambda x: x / 255.0,
    lambda x: (x / np.float32(255)).astype(np.float32), lambda x: x.astype(np.float64),
    lambda x: x.astype(">i4"), lambda x: x.astype(">f4"), 
    lambda x: np.ascontiguousarray(x[::-1, ::-1, ::-1])[::-1, ::-1, ::-1],
    lambda x: np.repeat(x, 2, axis=0)[::2], lambda x: list(x)])
def test_spellings_of_pictures(data, trained, spelling):
    X = data[1][0]
    np.testing.assert_array_equal(trained.predict_classifiers(spelling(X))[0],
                                  trained.predict_classifiers(X)[0])


def test_arrays_by_dlpack(data, trained):
    class Foreign:  # as PyTorch's, without NumPy's protocols
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    X = data[1][0]
    np.testing.assert_array_equal(trained.predict(Foreign(X)), trained.predict(X))


def test_spellings_of_labels(data, tmp_path):
    (X, y), _, genres = data
    numbers = Ensemble(1, tmp_path / "numbers").fit(X, y, epochs=1)
    names = Ensemble(1, tmp_path / "names").fit(X, np.array(genres)[y], epochs=1)
    one_hot = Ensemble(n_classifiers=1, path=tmp_path / "hot").fit(X, np.eye(10)[y], epochs=1)
    files = [(tmp_path / way / "classifier_0.h5").read_bytes() for way in ("numbers", "names", "hot")]
    assert files[0] == files[1] == files[2]
    assert names.predict(X).tolist() == [genres[k] for k in numbers.predict(X)]
    assert np.isnan(one_hot.history_["val_loss"]).all()


def test_pickle_and_deepcopy(data, trained):
    X = data[1][0]
    for copied in (pickle.loads(pickle.dumps(trained)), copy.deepcopy(trained)):
        np.testing.assert_array_equal(copied.predict_classifiers(X)[0], trained.predict_classifiers(X)[0])
    assert pickle.loads(pickle.dumps(Ensemble(3, "somewhere"))).n_clasificadores == 3


@pytest.mark.parametrize("X, message", [
    (np.zeros((2, 127, 2899), np.uint8), "pictures are"),
    (np.zeros((127, 2900), np.uint8), "pictures are"),
    (np.zeros((0, 127, 2900), np.uint8), "empty"),
    (np.full((1, 127, 2900), np.nan), "from 0 to 255"),
    (np.full((1, 127, 2900), 256.0), "from 0 to 255"),
    (np.full((1, 127, 2900), -1), "from 0 to 255"),
    (np.full((1, 127, 2900), 1j), "takes numbers"),
    (np.full((1, 127, 2900), None), "uint8 or floats"),
    (np.zeros((1, 127, 2900), bool), "uint8 or floats"),
    ([[1], [2, 3]], "cannot be read as an array"),
])
def test_bad_pictures(trained, X, message):
    with pytest.raises(Error, match=message):
        trained.predict(X)
    with pytest.raises(ValueError):
        trained.predict_classifiers(X)


@pytest.mark.parametrize("y, message", [
    ([0, 1, 2], r"there are 20 examples"), ([-1] + [0] * 19, "label -1"),
    ([0.5] + [0] * 19, "not whole numbers"), ([np.nan] + [0] * 19, "not whole numbers"),
    (np.ones((20, 3)), "not one-hot"), ([None] * 20, "Python objects"), ([0] * 20, "two"),
])
def test_bad_labels(data, tmp_path, y, message):
    with pytest.raises(Error, match=message):
        Ensemble(1, tmp_path).fit(data[0][0], y)
    assert not list(tmp_path.iterdir())


def test_labels_outside_the_classes(data, tmp_path):
    (X, y), (X_test, y_test), genres = data
    with pytest.raises(Error, match="y_test has the label 10; labels are from 0 to 9"):
        Ensemble(1, tmp_path).fit(X, y, (X_test, np.full_like(y_test, 10)))
    with pytest.raises(Error, match="'polka', which is not one of"):
        Ensemble(1, tmp_path).fit(X, np.array(genres)[y], (X_test, ["polka"] * len(X_test)))


def test_bad_settings(data, tmp_path, trained):
    X, y = data[0]
    for wrong in ({"epochs": 0}, {"batch_size": 0}, {"learning_rate": -1.0}, {"bootstrap_percent": 0.0},
                  {"normalize": "whiten"}, {"device": "abacus"}):
        with pytest.raises(Error):
            Ensemble(1, tmp_path).fit(X, y, **wrong)
    with pytest.raises(Error, match="at least one"):
        Ensemble(0, tmp_path)
    with pytest.raises(Error, match="n_classifiers"):
        Ensemble()
    with pytest.raises(Error, match="fit it or load it"):
        Ensemble(1, tmp_path).predict(X)
    with pytest.raises(Error, match="vote"):
        trained.predict(X, vote="loudest")
    with pytest.raises(Error, match="tells 10 classes apart, not 3"):
        Ensemble(2, tmp_path).fit(X, y % 3, start_from=trained.path)


def test_paths_are_text_bytes_or_paths(trained, tmp_path):
    odd = tmp_path / b"m\xfcsica".decode("utf-8", "surrogateescape")
    trained.save(odd)
    for path in (odd, str(odd), bytes(odd)):
        assert Ensemble.load_model(path).n_clasificadores == 2
    (odd / "classifier_0.h5").write_bytes(b"no model")
    with pytest.raises(Error, match="m\udcfcsica"):
        Ensemble.load_model(odd)
    with pytest.raises(Error, match="no such folder"):
        Ensemble.load_model(tmp_path / "nothing")


def test_bad_trees(tmp_path, tree):
    with pytest.raises(Error, match="nothing"):
        load_dataset(tmp_path / "nothing")
    for genre in ("one", "two"):
        (tmp_path / genre).mkdir()
        (tmp_path / genre / "resized000.png").write_bytes(next(tree.glob("*/*.png")).read_bytes())
    (tmp_path / "one" / "resized001.png").write_bytes(b"no picture")
    with pytest.raises(Error, match="resized001.png"):
        load_dataset(tmp_path)
    (X, _), (X_test, _), genres = load_dataset(tmp_path, 0.5, split="random", skip_bad=True)
    with pytest.raises(Error, match="'dice'"):
        load_dataset(tmp_path, split="dice", skip_bad=True)
    assert len(X) == len(X_test) == 1 and genres == ["one", "two"]
