import os

import numpy as np
import pytest
from conftest import tutti as program

import tutti
from tutti import Error


@pytest.mark.filterwarnings("ignore:.*less than 30 s")
def test_features_are_the_program_s(songs, table):
    import pandas
    paths = sorted(songs.glob("audio/*/*.wav"))
    mine, theirs = pandas.DataFrame(tutti.features(paths)), pandas.read_csv(table)
    assert list(mine.columns) == [name for name in theirs.columns if name != "label"]
    np.testing.assert_array_equal(mine["tempo"], theirs["tempo"])
    np.testing.assert_array_equal(mine["mfcc20"], theirs["mfcc20"])


def test_spectrograms_are_the_program_s(songs, tmp_path):
    program("spectrogram", songs / "audio", "--out", tmp_path, "--quiet")
    (X, _), (X_test, _), _ = tutti.load_dataset(tmp_path)
    song = next(songs.glob("audio/*/*.wav"))
    picture = tutti.spectrogram(song)
    assert picture.shape == (127, 2900) and picture.dtype == np.uint8
    assert any(np.array_equal(picture, known) for known in [*X, *X_test])
    assert tutti.spectrogram(str(song), "mel128").shape[0] == 128


def test_songs_that_cannot_be_used(songs, tmp_path):
    good, bad = next(songs.glob("audio/*/*.wav")), os.fsencode(tmp_path) + b"/\xff.wav"
    with open(bad, "wb") as file:
        file.write(b"no song")
    for call in (lambda: tutti.features([good, bad]), lambda: tutti.spectrogram(bad)):
        with pytest.raises(Error, match="\udcff.wav"):
            call()
    with pytest.warns(UserWarning) as warned:
        columns = tutti.features([bad, good], skip_bad=True)
    assert len(warned) == 2  # the bad one, and that the other is short
    assert columns["filename"].tolist() == [str(good)] and columns["beats"].shape == (1,)
    for wrong in ([], [tmp_path / "nothing.wav"]):
        with pytest.raises(Error):
            tutti.features(wrong)
    with pytest.raises(Error, match="librosa"):
        tutti.features(good, compat="0.7")
