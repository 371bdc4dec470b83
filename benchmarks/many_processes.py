"""How commands speed up on several processes: wall time of the whole command on one process and on two, each with one
thread on a core of its own, in turn.

    python many_processes.py build/release/tutti MELS SONGS [--repeats 3]

MELS is a tree <genre>/*.png of mel pictures (or a pack of it), SONGS a folder of songs. Needs Open MPI's mpirun and as
many cores as processes.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def seconds(tutti, processes, words):
    out = tempfile.mkdtemp()
    command = ["mpirun", "-n", str(processes), "--bind-to", "core", tutti, *words, "--threads", "1", "--quiet"]
    command = [word.replace("OUT", out + "/run") for word in command]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | ROOT)
    taken = time.perf_counter() - start
    shutil.rmtree(out)
    return taken


def cases(args):
    """Name, and the words of the command for so much work."""
    melcnn = lambda members, epochs, *more: ["train", "melcnn", "--data", args.mels, "--out", "OUT", "--members",
                                             str(members), "--epochs", str(epochs), *more]
    ensemble = lambda members: ["train", "ensemble", "--data", args.mels, "--out", "OUT", "--members", str(members),
                                "--epochs", "2"]
    genre = lambda times: ["genre", *[args.songs] * times, "--csv"]
    yield "members of MelCnn", melcnn(4, 3), melcnn(2, 3)
    yield "members of GenreCnn", ensemble(4), ensemble(2)
    yield "songs named", genre(4), genre(2)
    yield "batches of MelCnn, 8 shards", melcnn(1, 8, "--data-parallel"), None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tutti")
    parser.add_argument("mels")
    parser.add_argument("songs")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    print("| work | one process | two | efficiency | half the work on one: weak efficiency |")
    print("|---|---|---|---|---|")
    for name, whole, half in cases(args):
        runs = [(seconds(args.tutti, 1, whole), seconds(args.tutti, 2, whole),
                 seconds(args.tutti, 1, half) if half else float("nan")) for _ in range(args.repeats)]
        one, two, less = (statistics.median(times) for times in zip(*runs))
        weak = f"{less:.1f} s: {less / two:.2f}" if half else "–"
        print(f"| {name} | {one:.1f} s | {two:.1f} s | {one / two / 2:.2f} | {weak} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
