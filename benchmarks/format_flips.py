"""How often a song's genre changes with its format: each song of a tree as 16-bit wav at 44.1 kHz in stereo, as flac at
48 kHz in stereo, as ogg and as mp3, named by `tutti genre` beside the original.

    python format_flips.py build/release/tutti AUDIO_DIR

Needs numpy, soundfile (libsndfile 1.1 or newer, which writes mp3) and soxr.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr

FORMATS = {
    "wav, 44.1 kHz, stereo": (44100, "wav", {}),
    "flac, 48 kHz, stereo": (48000, "flac", {}),
    "ogg, 44.1 kHz, stereo": (44100, "ogg", {}),
    "mp3, 44.1 kHz, stereo": (44100, "mp3", {"bitrate_mode": "CONSTANT", "compression_level": 0.7}),
}


def named(program, songs):
    """Of each song its genre and probabilities."""
    result = subprocess.run([program, "genre", "--json", "--quiet", *map(str, songs)], check=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return [(song["genre"], song["probabilities"]) for song in json.loads(result.stdout)["predictions"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("songs")
    args = parser.parse_args()
    songs = sorted(path for path in Path(args.songs).rglob("*") if path.suffix in {".wav", ".au", ".flac"})
    before = named(args.program, songs)
    for name, (rate, extension, options) in FORMATS.items():
        with tempfile.TemporaryDirectory() as folder:
            copies = []
            for i, song in enumerate(songs):
                x, old = soundfile.read(song, always_2d=True)
                x = soxr.resample(x, old, rate)[:, [0, -1]]
                copies.append(Path(folder) / f"{i:04}.{extension}")
                soundfile.write(copies[-1], np.clip(x, -1, 1), rate, **options)
            size = 8 * sum(copy.stat().st_size for copy in copies) / 1000 / 30 / len(copies)
            after = named(args.program, copies)
        flips = sum(a[0] != b[0] for a, b in zip(before, after))
        change = np.mean([max(abs(a[1][g] - b[1][g]) for g in a[1]) for a, b in zip(before, after)])
        print(f"{name} (about {size:.0f} kbit/s): {flips} of {len(songs)} other genres, "
              f"probabilities change by {change:.3f} on average", flush=True)


if __name__ == "__main__":
    main()
