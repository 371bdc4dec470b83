"""The code of docs/python.md, and documents of the program against docs/schemas."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
from conftest import tutti as program

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def folder(songs, table, tmp_path_factory):
    """What the page's reader has."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "genres").symlink_to(songs / "genres")
    (folder / "music").symlink_to(songs / "audio")
    shutil.copy(next(songs.glob("audio/*/*.wav")), folder / "song.mp3")
    program("train", "rnn", "--data", table, "--out", folder / "run", "--epochs", 2, "--batch", 8, "--quiet")
    return folder


@pytest.mark.filterwarnings("ignore:.*lasts 5 s")
def test_the_code_of_the_page_runs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    code = re.findall(r"^```python\n(.*?)^```$", (DOCS / "python.md").read_text(), re.M | re.S)
    assert len(code) >= 6
    exec("\n".join(code), {})


def expect_valid(document, schema):
    jsonschema.validate(document, json.loads((DOCS / "schemas" / schema).read_text()),
                        jsonschema.Draft202012Validator)


def test_runs_follow_their_schemas(folder, songs, tree, tmp_path):
    few = ["--epochs", 1, "--batch", 8, "--quiet", "--json"]
    program("train", "melcnn", "--data", songs / "audio", "--out", tmp_path / "melcnn", "--members", 1, *few)
    said = json.loads(program("train", "ensemble", "--data", tree, "--out", tmp_path / "ensemble", "--members", 2, *few))
    for run in (folder / "run", tmp_path / "melcnn", tmp_path / "ensemble"):
        expect_valid(json.loads((run / "run.json").read_text()), "run.json")
        expect_valid(json.loads((run / "metrics.json").read_text()), "metrics.json")
    expect_valid(said, "metrics.json")
    expect_valid(json.loads(program("evaluate", tmp_path / "ensemble", "--data", tree, "--quiet", "--json")),
                 "metrics.json")


@pytest.mark.parametrize("command", ["genre", "predict"])
def test_songs_follow_their_schema(folder, command):
    arguments = [folder / "song.mp3"] if command == "genre" else [folder / "run", folder / "song.mp3"]
    document = json.loads(program(command, *arguments, "--json", "--windows", "--quiet"))
    expect_valid(document, f"{command}.json")
    with pytest.raises(jsonschema.ValidationError):
        expect_valid(document | {"more": 1}, f"{command}.json")
