"""What fp32, tf32 and bf16 change in answers and in training: the built-in model's probabilities for the mel pictures of a
tree, and classifiers that are trained on a table of features, each beside the CPU.

    python benchmarks/precision.py build/release/tutti --device cuda --tree TREE --features features.csv

Prints two tables. On the machine in software (--device simt) a picture takes some 3 seconds, and an RNN some minutes.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

PRECISIONS = ["fp32", "tf32", "bf16"]


class Machine:
    def __init__(self, program, device):
        self.program, self.device = program, device

    def settings(self):
        """Name and options of the CPU and of the device in every precision."""
        yield "cpu", ["--device", "cpu"]
        for precision in PRECISIONS:
            yield f"{self.device}, {precision}", ["--device", self.device, "--precision", precision]

    def run(self, *words):
        return subprocess.run([self.program, *map(str, words)], check=True, stdout=subprocess.PIPE).stdout


def predictions(machine, clips):
    print("| | another genre | largest difference of a probability | mean |\n|---|---|---|---|")
    expected = None
    for name, options in machine.settings():
        answers = json.loads(machine.run("predict", "pretrained", *clips, "--json", "--quiet", *options))["predictions"]
        if expected is None:
            expected = answers
            continue
        pairs = list(zip(expected, answers, strict=True))
        differences = [abs(probability - b["probabilities"][genre])
                       for a, b in pairs for genre, probability in a["probabilities"].items()]
        others = sum(a["genre"] != b["genre"] for a, b in pairs)
        print(f"| {name} | {others} of {len(pairs)} | {max(differences):.1e} | "
              f"{sum(differences) / len(differences):.1e} |", flush=True)


def training(machine, kind, table, epochs, seeds):
    for name, options in machine.settings():
        results = []
        for seed in range(1, seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                machine.run("train", kind, "--data", table, "--out", folder, "--epochs", epochs, "--seed", seed,
                            "--quiet", *options)
                metrics = json.loads((Path(folder) / "metrics.json").read_text())
                results.append((metrics["loss"], metrics["accuracy"]))
        losses, accuracies = zip(*results)
        words = [", ".join(f"{value:.4f}" for value in losses), ", ".join(f"{value:.3f}" for value in accuracies)]
        print(f"| {kind}, {epochs} epochs | {name} | " + " | ".join(words) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--device", default="cuda", choices=["cuda", "simt"])
    parser.add_argument("--tree", type=Path, help="a tree of mel pictures")
    parser.add_argument("--clips", type=int, default=7, help="of each genre")
    parser.add_argument("--features", help="a table of features")
    parser.add_argument("--kinds", nargs="+", default=["rnn"], choices=["rnn", "lstm"])
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    machine = Machine(args.program, args.device)
    if args.tree:
        predictions(machine, [clip for genre in sorted(args.tree.iterdir()) for clip in
                              sorted(genre.glob("*.png"))[:args.clips]])
    if args.features:
        print("\n| | | test loss, of each seed | test accuracy |\n|---|---|---|---|")
        for kind in args.kinds:
            training(machine, kind, args.features, args.epochs, args.seeds)


if __name__ == "__main__":
    main()
