"""The 28 features of a clip, read from its file: milliseconds on one core by tutti and by librosa, in turn.

Run `python song_features.py build/release/benchmark_features CLIP.wav [--rounds 5]` (needs librosa; tried with
0.11.0). Times are of the processor, of librosa after its first call.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

os.environ.update(dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"], "1"))

import librosa  # noqa: E402


def features(path):
    y, sr = librosa.load(path, mono=True, duration=30)
    of = librosa.feature
    tempo, beats = librosa.beat.beat_track(y=y, sr=sr)
    means = [values.mean() for values in (
        of.chroma_stft(y=y, sr=sr), of.rms(y=y), of.spectral_centroid(y=y, sr=sr), of.spectral_bandwidth(y=y, sr=sr),
        of.spectral_rolloff(y=y, sr=sr), of.zero_crossing_rate(y))]
    return [tempo, len(beats), *means, *of.mfcc(y=y, sr=sr).mean(axis=1)]


def librosa_ms(path, repetitions=10):
    start = time.process_time()
    for _ in range(repetitions):
        features(path)
    return (time.process_time() - start) * 1000 / repetitions


def tutti_ms(program, path):
    output = subprocess.run([program, path, "--benchmark_filter=^read_and_features$", "--benchmark_format=json"],
                            check=True, capture_output=True, text=True).stdout
    return json.loads(output)["benchmarks"][0]["cpu_time"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("clip")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the programs it runs too
    features(args.clip)
    rounds = [(tutti_ms(args.program, args.clip), librosa_ms(args.clip)) for _ in range(args.rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*rounds))
    ratios = sorted(peer / own for own, peer in rounds)
    print(f"tutti {ours:.1f} ms, librosa {theirs:.1f} ms per clip: ratio {statistics.median(ratios):.1f}"
          f" ({ratios[0]:.1f} to {ratios[-1]:.1f})")


if __name__ == "__main__":
    main()
