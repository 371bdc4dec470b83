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
