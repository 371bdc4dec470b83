"""What the built-in model takes for music, of 22 sounds that are none.

    python benchmarks/not_music.py build/release/tutti [--run RUN]

Needs numpy, scipy and soundfile. Prints the two likeliest genres of each sound, and the largest probability of all.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

RATE, SECONDS = 22050, 30
TIME = np.arange(RATE * SECONDS) / RATE


def sine(hertz):
    return np.sin(2 * np.pi * hertz * TIME)


def clicks(places):
    sound = np.zeros(len(TIME))
    sound[places] = 1
    return sound


def babble(random):
    """Syllables of a buzz through three resonances."""
    sound = np.zeros(len(TIME))
    for start in np.arange(0, SECONDS, 0.25):
        first, length = int(start * RATE), int(0.18 * RATE)
        buzz = signal.sawtooth(2 * np.pi * random.uniform(90, 180) * np.arange(length) / RATE)
        formants = random.uniform([300, 900, 2200], [800, 2000, 3000])
        syllable = sum(signal.lfilter(*signal.butter(1, [f * 0.9, f * 1.1], "band", fs=RATE), buzz) for f in formants)
        sound[first:first + length] += syllable * np.hanning(length) * (random.random() < 0.8)
    return sound


def sounds():
    random = np.random.default_rng(1)
    n = len(TIME)
    white = random.standard_normal(n)
    spectrum, k = np.fft.rfft(white), np.arange(n // 2 + 1)
    k[0] = 1
    pink, walk = np.fft.irfft(spectrum / np.sqrt(k), n), np.cumsum(white)
    return {
        "white noise": white, "pink noise": pink, "brown noise": np.fft.irfft(spectrum / k, n),
        "a random walk": walk - np.linspace(0, walk[-1], n), "blue noise": np.fft.irfft(spectrum * np.sqrt(k), n),
        "noise of 500 to 1500 Hz": signal.lfilter(*signal.butter(4, [500, 1500], "band", fs=RATE), white),
        "a hum of 50 Hz": sum(sine(50 * h) / h for h in (1, 2, 3, 5, 7)), "440 Hz": sine(440), "3000 Hz": sine(3000),
        "a square wave": signal.square(2 * np.pi * 220 * TIME), "a sawtooth": signal.sawtooth(2 * np.pi * 110 * TIME),
        "a sweep by octaves": signal.chirp(TIME, 20, SECONDS, 10000, "log"),
        "a sweep by hertz": signal.chirp(TIME, 20, SECONDS, 10000),
        "a siren": np.sin(2 * np.pi * np.cumsum(900 + 400 * sine(0.4)) / RATE),
        "clicks": clicks(slice(0, None, RATE // 2)), "irregular clicks": clicks(random.integers(0, n, 300)),
        "beeps": sine(1000) * (TIME % 1 < 0.3), "a telephone": (sine(770) + sine(1336)) * (TIME % 0.4 < 0.2),
        "waves": pink * (0.55 + 0.45 * sine(0.1)),
        "a helicopter": signal.lfilter(*signal.butter(2, 400, fs=RATE), white) * np.maximum(0, sine(11))**4,
        "babble": babble(random), "very soft noise": 1e-4 * random.standard_normal(n),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--run", default="pretrained")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, sound in sounds().items():
            scale = 1 if name.startswith("very soft") else 0.5 / np.abs(sound).max()
            soundfile.write(Path(folder) / f"{name}.wav", scale * sound, RATE, subtype="FLOAT")
        command = [args.program, "genre", folder, "--run", args.run, "--top", "2", "--json", "--quiet"]
        named = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["predictions"]
    for song in named:
        likeliest = ", ".join(f"{top['genre']} {top['probability']:.2f}" for top in song["top"])
        print(f"{Path(song['path']).stem:26}{likeliest}")
    print(f"{len(named)} sounds, the largest probability {max(song['probability'] for song in named):.2f}")


if __name__ == "__main__":
    main()
