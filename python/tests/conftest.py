"""Data that several tests share: ten invented genres, three songs of 5 s each."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import tutti as package

package.set_threads(1)  # the models are small
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, where a shell runs the tests in the background


def tutti(*arguments: object) -> str:
    """Runs the program that the package brings along."""
    done = subprocess.run([sys.executable, "-m", "tutti", *map(str, arguments)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    tutti("synth", "--out", folder, "--songs", 3, "--seconds", 5, "--quiet")
    return folder


@pytest.fixture(scope="session")
def tree(songs: Path) -> Path:
    return songs / "genres"


@pytest.fixture(scope="session")
def table(songs: Path) -> Path:
    tutti("features", songs / "audio", "--out", songs / "features.csv", "--quiet")
    return songs / "features.csv"
