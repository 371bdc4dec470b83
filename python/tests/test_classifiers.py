import copy
import csv
import json
import pickle
import threading
import time

import numpy as np
import pytest
from conftest import tutti
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from tutti import LstmClassifier, RnnClassifier

SMALL = {"units": 8, "layers": 1, "dense": 16, "dense_layers": 1}


@parametrize_with_checks([LstmClassifier(**SMALL, learning_rate=1e-2), RnnClassifier(epochs=25, learning_rate=5e-3)])
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(1)
    y = np.repeat(["jazz", "rock", "ska"], 20)
    X = random.normal(size=(60, 6)).astype(np.float32) + 2 * np.repeat(np.eye(3, 6), 20, axis=0)
    return X.astype(np.float32), y


@pytest.mark.parametrize("kind, classifier", [("lstm", LstmClassifier), ("rnn", RnnClassifier)])
def test_the_same_bits_as_the_command_line(table, tmp_path, kind, classifier):
    said = json.loads(tutti("train", kind, "--data", table, "--out", tmp_path / "run", "--epochs", 3,
                            "--batch", 8, "--validation", 0.5, "--test", 0.34, "--quiet", "--json"))
    with open(table) as file:
        lines = list(csv.DictReader(file))
    with open(tmp_path / "run" / "split.csv") as file:
        parts = np.array([line["part"] for line in csv.DictReader(file)])
    columns = [name for name in lines[0] if name not in ("filename", "label")]
    X = np.array([[float(line[name]) for name in columns] for line in lines])
    y = np.array([line["label"] for line in lines])
    train, validation, test = (parts == part for part in ("train", "validation", "test"))
    model = classifier(epochs=3, batch_size=8).fit(X[train], y[train], (X[validation], y[validation]))
    assert model.score(X[test], y[test]) == said["accuracy"]
    assert list(model.classes_) == said["classes"]
    model.save(tmp_path / "mine.h5")
    x = np.random.default_rng(0).random((5, 28, 1), np.float32)
    from tutti import load_model
    np.testing.assert_array_equal(load_model(tmp_path / "mine.h5")(x),
                                  load_model(tmp_path / "run" / "model.h5")(x))
    np.testing.assert_array_equal(model.model_(x), load_model(tmp_path / "mine.h5")(x))


def test_in_a_pipeline_and_cross_validation(rows):
    scores = cross_val_score(make_pipeline(StandardScaler(), RnnClassifier(epochs=25, learning_rate=5e-3)), *rows, cv=3)
    assert scores.shape == (3,) and scores.mean() > 0.6


def test_copies(rows):
    X, y = rows
    model = LstmClassifier(**SMALL, epochs=2).fit(X, y)
    for copied in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), clone(model).fit(X, y)):
        np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))
    assert list(model.history_) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert model.history_["loss"].shape == (2, 1)


def test_two_threads_train_the_bits_that_each_has_alone(rows):
    X, y = rows
    def trained(seed):
        return LstmClassifier(**SMALL, epochs=20, random_state=seed).fit(X, y).predict_proba(X)
    alone = [trained(seed) for seed in (1, 2)]
    together = [None, None]
    threads = [threading.Thread(target=lambda k=k: together.__setitem__(k, trained(k + 1)))
               for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(alone, together)
    assert not np.array_equal(*alone)


@pytest.mark.measures
def test_a_prediction_costs_little_more_than_computing_it(rows):
    X, y = rows
    model = LstmClassifier(**SMALL, epochs=1).fit(X, y)
    one, network, scaler = X[:1], model.model_._network(), model._scaler
    from tutti._native import predict_features

    def fastest(call):
        times = []
        for _ in range(300):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        return min(times)

    extra = fastest(lambda: model.predict(one)) - fastest(lambda: predict_features(network, scaler, one))
    assert extra < 50e-6


def test_layouts_of_arrays(rows):
    X, y = rows
    model = LstmClassifier(**SMALL, epochs=1).fit(X, y)
    for other in (X.astype(">f4"), X.astype(np.float64), np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2],
                  np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1], X.astype(object), X.tolist()):
        np.testing.assert_array_equal(model.predict_proba(other), model.predict_proba(X))


def test_data_is_copied(rows):
    X, y = rows[0].copy(), rows[1].copy()
    model = LstmClassifier(**SMALL, epochs=3, callback=lambda *_: (X.fill(0), y.fill("ska"))).fit(X, y)
    same = LstmClassifier(**SMALL, epochs=3).fit(*rows)
    np.testing.assert_array_equal(model.predict_proba(rows[0]), same.predict_proba(rows[0]))


def test_bad_input(rows):
    X, y = rows
    model = LstmClassifier(**SMALL, epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="features"):
        model.predict(X[:, :3])
    with pytest.raises(ValueError, match="NaN"):
        model.predict(np.full_like(X, np.nan))
    with pytest.raises(ValueError, match="could not convert"):
        model.predict(np.full(X.shape, "x"))
    for wrong in (X[0], X[:0], X.astype(complex), np.full(X.shape, None)):
        with pytest.raises(ValueError):
            model.predict(wrong)
    with pytest.raises(ValueError, match="one class"):
        model.fit(X, ["ska"] * 60)
    with pytest.raises(ValueError, match="not in the training data"):
        model.fit(X, y, (X, ["polka"] * 60))
    for wrong in ({"epochs": 0}, {"learning_rate": -1.0}, {"scaling": "log"}, {"batch_size": 0},
                  {"units": 0}, {"device": "abacus"}):
        with pytest.raises(ValueError):
            LstmClassifier(**{**SMALL, **wrong}).fit(X, y)
