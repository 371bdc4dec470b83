import json
import os
import shutil
import sqlite3

import numpy as np
import pytest
from conftest import tutti as program

import tutti
from tutti import Error, Run


@pytest.fixture(scope="module")
def run(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    program("train", "rnn", "--data", table, "--out", folder, "--epochs", 2, "--batch", 8,
            "--validation", 0, "--test", 0.34, "--quiet")
    return folder


def test_what_a_run_holds(run):
    it = Run(run)
    assert it.info["seed"] == 54 and len(it.classes) == 10
    assert it.history["loss"].shape == (2, 1) and np.isnan(it.history["val_loss"]).all()
    assert it.confusion.shape == (10, 10) and it.confusion.sum() == 10
    assert it.metrics["accuracy"] == np.trace(it.confusion) / 10
    assert it._repr_html_().count("<img") == 3 and str(run) in repr(it)


def test_predict(run, songs, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no song")
    song = next(songs.glob("audio/*/*.wav"))
    good, wrong = Run(run).predict([song, bad])
    assert good["path"] == str(song) and good["genre"] in Run(run).classes
    assert good["probability"] == max(good["probabilities"].values())
    assert wrong["path"] == str(bad) and wrong["error"]
    assert len(Run(str(run)).predict(songs / "audio" / good["genre"])) == 3


def test_paths_are_text_bytes_or_paths(run, songs, tmp_path):
    odd = tmp_path / b"m\xfcsica".decode("utf-8", "surrogateescape")
    shutil.copytree(run, odd)
    song = shutil.copy(next(songs.glob("audio/*/*.wav")), odd)
    for path in (odd, str(odd), bytes(odd)):
        assert Run(path).predict(os.fsencode(song))[0]["path"] == song == tutti.genre([song], model=path)[0]["path"]
    (odd / "run.json").unlink()
    with pytest.raises(Error, match="m\udcfcsica"):
        Run(odd)


def test_genre(run, songs, tmp_path):
    song, bad = next(songs.glob("audio/*/*.wav")), tmp_path / "bad.wav"
    bad.write_bytes(b"no song")
    said = json.loads(program("genre", song, "--top", 2, "--json", "--quiet"))["predictions"][0]
    del said["sure"]
    good, wrong = tutti.genre([bad, song], top=2)
    assert good == said and len(good["top"]) == 2
    assert wrong["path"] == str(bad) and wrong["error"]
    assert len(tutti.genre(song)[0]["top"]) == 3 and len(tutti.genre(song.parent)) == 3
    pretrained = Run("pretrained")
    assert tutti.genre(str(song), 2, pretrained) == [said] and pretrained.metrics["accuracy"] > 0.7
    assert list(tutti.genre(song, model=run)[0]["probabilities"]) == Run(run).classes
    with pytest.raises(Error, match="top 0"):
        tutti.genre(song, top=0)
    with pytest.raises(Error, match="run.json"):
        tutti.genre(song, model=tmp_path)


def test_bad_runs(run, tmp_path):
    with pytest.raises(Error, match="run.json"):
        Run(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(Error, match="damaged"):
        Run(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(Error, match="history.csv"):
        Run(tmp_path).history
    with pytest.raises(Error, match="run.json"):
        Run(tmp_path).predict(tmp_path)
    assert "nothing.wav" in Run(run).predict(tmp_path / "nothing.wav")[0]["path"]


def test_tune(table, tmp_path):
    few = {"epochs": 1, "jobs": 1, "batch": 8, "test": 0.34, "validation": 0.5}
    study = tutti.tune("lstm", table, tmp_path / "study", trials=2, **few)
    with sqlite3.connect(study) as database:
        assert database.execute("select count(*) from trials").fetchone() == (2,)
    assert tutti.tune("lstm", table, tmp_path / "study", trials=3, **few, resume=True) == study
    with pytest.raises(Error, match="nothing.csv"):
        tutti.tune("rnn", "nothing.csv", tmp_path / "other")
