"""What tutti costs in Python: beside its command line, and beside Keras and PyTorch in the same process.

Run `python tutti_speed.py genre_cnn|lstm [--threads 1] [--beside torch keras]` where the package is installed. Prints
one JSON document: milliseconds of processor time, of all threads, that a training step takes (the median of rounds in
turn, and the median ratio of the rounds), so that other work on the machine counts for little; and the microseconds of
wall time that predicting one example takes beyond its C++ call.
"""

import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import tutti

from speed import BATCH, EXAMPLES, FEATURES, WARMUP, options

ROUNDS = 5


def write_table(path):
    random = numpy.random.default_rng(1)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["filename", *tutti._native.feature_names(), "label"])
        for i, row in enumerate(random.random((EXAMPLES, FEATURES))):
            writer.writerow([f"{i}.wav", *row, "ab"[i % 2]])


class Lstm:
    """Fits of so many epochs, in Python and on the command line."""
    few, many = 5, 45

    def __init__(self, folder):
        self.command = ["lstm", "--data", folder / "table.csv", "--test", "0", "--validation", "0"]
        write_table(folder / "table.csv")
        with open(folder / "table.csv") as file:
            rows = list(csv.reader(file))[1:]
        self.X = numpy.array([row[1:-1] for row in rows], numpy.float32)
        self.y = [row[-1] for row in rows]
        self.steps = -(-EXAMPLES // BATCH)

    def fit(self, epochs):
        self.model = tutti.LstmClassifier(epochs=epochs, batch_size=BATCH).fit(self.X, self.y)

    def predict(self):
        self.model.predict(self.X[:1])

    def bare(self):
        tutti._native.predict_features(self.model.model_._network(), self.model._scaler, self.X[:1])


class GenreCnn:
    """The same of one member of the ensemble, on invented songs."""
    few, many = 1, 4

    def __init__(self, folder):
        songs = [sys.executable, "-m", "tutti", "synth", "--out", folder, "--songs", str(EXAMPLES // 10)]
        subprocess.run([*songs, "--seconds", "10", "--no-audio", "--quiet"], check=True)
        self.command = ["ensemble", "--data", folder / "genres", "--members", "1", "--bootstrap", "1"]
        self.folder = folder
        self.train, self.test, _ = tutti.load_dataset(folder / "genres")
        self.steps = -(-len(self.train[0]) // BATCH)
        self.one = tutti._arrays.pictures(self.test[0][:1], "X")

    def fit(self, epochs):
        self.model = tutti.Ensemble(1, self.folder / "members")
        self.model.fit(*self.train, self.test, bootstrap_percent=1.0, batch_size=BATCH, epochs=epochs)

    def predict(self):
        self.model.predict(self.test[0][:1])

    def bare(self):
        self.model._native.predict(self.one, "mean")


def program(task, epochs, threads):
    with tempfile.TemporaryDirectory() as run:
        subprocess.run([sys.executable, "-m", "tutti", "train", *task.command, "--out", run, "--epochs", str(epochs),
                        "--batch", str(BATCH), "--threads", str(threads), "--quiet"], check=True, stdout=subprocess.DEVNULL)


def processor_seconds(call):
    """Of this process's threads, and of the processes that it waited for."""
    def now():
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    start = now()
    call()
    return now() - start


def step_of(fit, task):
    """Milliseconds per step, without what a fit takes besides its epochs."""
    seconds = processor_seconds(lambda: fit(task.many)) - processor_seconds(lambda: fit(task.few))
    return 1000 * seconds / (task.steps * (task.many - task.few))


def peer(step):
    """Measures milliseconds per step."""
    for _ in range(WARMUP):
        step()

    def measure(steps=20):
        return 1000 * processor_seconds(lambda: [step() for _ in range(steps)]) / steps
    return measure


def peers(names, model, threads):
    measures = {}
    if "torch" in names:
        import torch

        import pytorch_speed
        torch.set_num_threads(threads)
        measures[f"PyTorch {torch.__version__}"] = peer(getattr(pytorch_speed, f"{model}_step")(fused=True))
    if "keras" in names:
        import keras_speed
        keras_speed.take_threads(keras_speed.keras.backend.backend(), threads)
        name = f"Keras {keras_speed.keras.__version__} on {keras_speed.keras.backend.backend()}"
        measures[name] = peer(keras_speed.training_step(model))
    return measures


def fastest(call):
    times = []
    for _ in range(500):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    parser = options(__doc__)
    parser.add_argument("--beside", nargs="*", choices=["torch", "keras"], default=[])
    args = parser.parse_args()
    tutti.set_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        task = (Lstm if args.model == "lstm" else GenreCnn)(Path(folder))
        ours = f"tutti {tutti.__version__}"
        measures = {ours: lambda: step_of(task.fit, task),
                    "its command line": lambda: step_of(lambda epochs: program(task, epochs, args.threads), task),
                    **peers(args.beside, args.model, args.threads)}
        rounds = [{name: measure() for name, measure in measures.items()} for _ in range(ROUNDS)]
        task.fit(1)
        overhead = fastest(task.predict) - fastest(task.bare)
    print(json.dumps({
        "milliseconds": {name: statistics.median(now[name] for now in rounds) for name in measures},
        "ratio": {name: statistics.median(now[name] / now[ours] for now in rounds) for name in measures},
        "overhead_microseconds": 1e6 * overhead}, indent=2))


if __name__ == "__main__":
    main()
