import copy
import csv
import inspect
import json
import os
import pickle
import signal
import threading

import numpy as np
import pytest
from conftest import tutti as program
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import tutti
from tutti import Error, MelCnn, Run
from tutti._native import mel_options

SMALL = {"members": 2, "channels": 8, "crop": 32, "dropout": 0.0, "batch_size": 8, "epochs": 8, "learning_rate": 1e-2}


@pytest.fixture(scope="module")
def pictures():
    """Two genres, low and high, of 40 bands."""
    random = np.random.default_rng(1)
    y = np.arange(24) % 2
    X = random.integers(80, 110, (24, 40, 48), np.uint8)
    X[y == 1, :20] += 60
    X[y == 0, 20:] += 60
    return X, np.array(["high", "low"])[1 - y]


@pytest.fixture(scope="module")
def trained(pictures):
    return MelCnn(**SMALL, statistics=1, statistics_epochs=4).fit(*pictures)


def test_the_same_bits_as_the_command_line(songs, tmp_path):
    said = json.loads(program("train", "melcnn", "--data", songs / "audio", "--out", tmp_path / "run", "--members", 2,
                              "--statistics", 1, "--channels", 8, "--crop", 64, "--epochs", 2, "--batch", 64,
                              "--statistics-epochs", 3, "--test", 0.34, "--validation", 0.5, "--quiet", "--json"))
    with open(tmp_path / "run" / "split.csv") as file:
        rows = list(csv.DictReader(file))
    parts = {part: ([tutti.spectrogram(songs / "audio" / row["path"], "mel128") for row in rows if row["part"] == part],
                    [row["path"].split("/")[0] for row in rows if row["part"] == part])
             for part in ("train", "validation", "test")}
    model = MelCnn(2, 1, channels=8, crop=64, epochs=2, batch_size=64, statistics_epochs=3)
    model.fit(*parts["train"], parts["validation"]).save(tmp_path / "mine")
    for network in ("melcnn_0.h5", "melcnn_1.h5", "statistics_0.h5"):
        assert (tmp_path / "mine" / network).read_bytes() == (tmp_path / "run" / network).read_bytes()
    assert model.temperature_ == Run(tmp_path / "run").info["temperature"] != 1
    assert model.score(*parts["test"]) == said["accuracy"]
    loaded = MelCnn.load(tmp_path / "run")
    np.testing.assert_array_equal(loaded.predict_proba(parts["test"][0]), model.predict_proba(parts["test"][0]))
    song = songs / "audio" / rows[0]["path"]
    for run in (tmp_path / "run", tmp_path / "mine"):
        one = Run(run).predict(song)[0]["probabilities"]
        np.testing.assert_array_equal(np.float32(list(one.values())),
                                      model.predict_proba([tutti.spectrogram(song, "mel128")])[0])


def test_options_and_defaults_are_the_program_s():
    mine = {name: parameter.default for name, parameter in inspect.signature(MelCnn).parameters.items()}
    theirs = mel_options()
    assert mine["random_state"] == theirs.pop("seed")
    assert {name: mine.get(name) for name in theirs} == theirs


def test_learns_and_validates(pictures, trained):
    X, y = pictures
    assert trained.score(X, y) > 0.9 and list(trained.classes_) == ["high", "low"]
    assert trained.history_["loss"].shape == (8, 2) and np.isnan(trained.history_["val_loss"]).all()
    assert trained.temperature_ == 1
    probabilities = trained.predict_proba(X)
    assert probabilities.shape == (24, 2) and probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    alone = MelCnn(**{**SMALL, "members": 0}, statistics=1, statistics_epochs=4).fit(X, y, (X, y))
    assert alone.history_["val_accuracy"].shape == (4, 1)


def test_in_a_pipeline_and_cross_validation(songs):
    paths = sorted(songs.glob("audio/*/*.wav"))[:6]
    heard = FunctionTransformer(lambda paths: [tutti.spectrogram(path, "mel128") for path in paths])
    scores = cross_val_score(make_pipeline(heard, MelCnn(**{**SMALL, "epochs": 1})), paths,
                             [path.parent.name for path in paths], cv=2)
    assert scores.shape == (2,) and np.isfinite(scores).all()


@pytest.mark.parametrize("spelling", [
    list, lambda x: [picture.tolist() for picture in x], lambda x: x.astype(np.int64), lambda x: x.astype(">f4"),
    lambda x: (x / np.float32(255)).astype(np.float32), lambda x: np.asfortranarray(x),
    lambda x: np.ascontiguousarray(x[::-1, ::-1, ::-1])[::-1, ::-1, ::-1], lambda x: np.repeat(x, 2, axis=2)[:, :, ::2],
    lambda x: np.ascontiguousarray(x.transpose(0, 2, 1)).transpose(0, 2, 1)])
def test_spellings_of_pictures(pictures, trained, spelling):
    X = pictures[0]
    np.testing.assert_array_equal(trained.predict_proba(spelling(X)), trained.predict_proba(X))


def test_pictures_of_different_lengths(pictures, trained):
    X = pictures[0]
    mixed = [X[0], X[1][:, :20], np.tile(X[2], 3)]
    together = trained.predict_proba(mixed)
    for k, picture in enumerate(mixed):
        np.testing.assert_array_equal(trained.predict_proba([picture])[0], together[k])


def test_copies(pictures, trained, tmp_path):
    X, y = pictures
    trained.save(tmp_path / "run")
    MelCnn(1, **{key: value for key, value in SMALL.items() if key != "members"}).fit(X, y).save(tmp_path / "smaller")
    trained.save(tmp_path / "smaller")  # of what was there, nothing stays
    for copied in (pickle.loads(pickle.dumps(trained)), copy.deepcopy(trained), clone(trained).fit(X, y),
                   MelCnn.load(tmp_path / "run"), MelCnn.load(os.fsencode(tmp_path / "smaller"))):
        np.testing.assert_array_equal(copied.predict_proba(X), trained.predict_proba(X))
    assert pickle.loads(pickle.dumps(MelCnn(7))).members == 7


def test_data_is_copied(pictures, trained):
    X, y = pictures[0].copy(), pictures[1].copy()
    changed = clone(trained).set_params(callback=lambda *_: (X.fill(0), y.fill("low"))).fit(X, y)
    np.testing.assert_array_equal(changed.predict_proba(pictures[0]), trained.predict_proba(pictures[0]))


def test_two_threads_train_the_bits_that_each_has_alone(pictures):
    def trained(seed):
        return MelCnn(**SMALL, random_state=seed).fit(*pictures).predict_proba(pictures[0])

    alone = [trained(seed) for seed in (1, 2)]
    together = [None, None]
    threads = [threading.Thread(target=lambda k=k: together.__setitem__(k, trained(k + 1))) for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(alone, together)
    assert not np.array_equal(*alone)


@pytest.mark.parametrize("kind", [{"epochs": 10**6}, {"members": 0, "statistics": 1, "statistics_epochs": 10**6},
                                  {"epochs": 1, "statistics": 1, "statistics_epochs": 10**6}])
def test_ctrl_c_stops_after_the_step_and_leaves_what_is_finished(pictures, kind):
    model = MelCnn(**{**SMALL, **kind})
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*pictures)
    assert 0 < len(model.history_["loss"]) < 10**6
    assert np.isfinite(model.predict_proba(pictures[0])).all()


def test_a_progress_bar(pictures, capsys):
    MelCnn(**{**SMALL, "epochs": 2}, progress=True).fit(*pictures)
    assert "100%" in capsys.readouterr().err


@pytest.mark.parametrize("X, message", [
    (np.zeros((2, 40), np.uint8), r"\[n, bands, frames\]"), (np.zeros((0, 40, 48), np.uint8), "empty"), ([], "empty"),
    (np.zeros((2, 40, 0), np.uint8), "empty"), (np.zeros((2, 41, 48), np.uint8), "41 bands; the model takes 40"),
    ([np.zeros((40, 48), np.uint8), np.zeros((41, 48), np.uint8)], r"X\[1\] is \[41, 48\]"),
    (np.full((1, 40, 48), np.nan), "from 0 to 255"), (np.full((1, 40, 48), 256), "from 0 to 255"),
    (np.full((1, 40, 48), -1), "from 0 to 255"), (np.zeros((1, 40, 48), bool), "uint8 or floats"),
    (np.full((1, 40, 48), None), "uint8 or floats"), (np.full((1, 40, 48), "x"), "uint8 or floats"),
    (np.full((1, 40, 48), 1j), "takes numbers"), (["song.wav"], "uint8 or floats"),
])
def test_bad_pictures(trained, X, message):
    with pytest.raises(Error, match=message):
        trained.predict(X)


def test_bad_labels_and_settings(pictures):
    X, y = pictures
    for labels in (y[:-1], ["low"] * 24, np.linspace(0, 1, 24), [None] * 24, np.full(24, np.nan), np.ones((24, 2))):
        with pytest.raises(ValueError):
            MelCnn(**SMALL).fit(X, labels)
    with pytest.raises(Error, match="'polka', which is not in the training data"):
        MelCnn(**SMALL).fit(X, y, (X, ["polka"] * 24))
    with pytest.raises(Error, match="validation X has 39 bands"):
        MelCnn(**SMALL).fit(X, y, (X[:, 1:], y))
    for wrong in ({"members": 0}, {"members": -1}, {"epochs": 0}, {"batch_size": 0}, {"crop": 4}, {"mixup": 2.0}, {"not_music": 1.0},
                  {"equalizer": -1.0}, {"shift": -1}, {"mask": 0.5},
                  {"dropout": 1.5}, {"learning_rate": -1.0}, {"channels": 0}, {"device": "abacus"},
                  {"members": 2.5}, {"learning_rate": "fast"}, {"statistics": 1, "units": 0}):
        with pytest.raises(ValueError):
            MelCnn(**{**SMALL, **wrong}).fit(X, y)
    with pytest.raises(ValueError, match="not fitted"):
        MelCnn().predict(X)


def test_bad_runs(trained, tmp_path):
    with pytest.raises(Error, match="no such run"):
        MelCnn.load(tmp_path / "nothing")
    trained.save(tmp_path)
    (tmp_path / "run.json").write_text((tmp_path / "run.json").read_text().replace('"low"', '"low", "mid"'))
    with pytest.raises(Error, match="2 classes apart, run.json names 3"):
        MelCnn.load(tmp_path)
    (tmp_path / "run.json").write_text((tmp_path / "run.json").read_text().replace('"melcnn"', '"lstm"'))
    with pytest.raises(Error, match="lstm, not melcnn"):
        MelCnn.load(tmp_path)
