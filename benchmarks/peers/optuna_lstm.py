"""A search for the LSTM classifier by Optuna with PyTorch and by tutti, the original's space, on the same cores in
one run: trials a minute and the best validation accuracy of both.

`python optuna_lstm.py --data FEATURES.csv --tutti build/release/tutti --trials 24 --threads 1` (tried with Optuna
4.9.0 and PyTorch 2.15.0). Both train as `tutti train lstm` does: 50 epochs of batch 32 on tutti's split, median
pruner, TPE; Optuna's trials one after another, as the original's, with the parameters that tutti's sampler chose, so
that both train the same networks.
"""

import argparse
import csv
import json
import resource
import subprocess
import tempfile
import time

import optuna
import torch
from torch import nn

EPOCHS, BATCH = 50, 32


class Classifier(nn.Module):
    def __init__(self, units, layers, dense, dense_layers):
        super().__init__()
        self.lstm = nn.LSTM(1, units, num_layers=layers, batch_first=True)
        sizes = [units] + [dense] * dense_layers
        hidden = [part for a, b in zip(sizes, sizes[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
        self.dense = nn.Sequential(*hidden, nn.Linear(sizes[-1], 2))
        for name, parameter in self.named_parameters():  # Keras' initial weights
            if "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            elif "weight" in name:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)
        for layer in range(layers):
            getattr(self.lstm, f"bias_ih_l{layer}").data[units:2 * units] = 1

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1])


def load(path, run):
    """Training and validation rows of a tutti run, scaled to [0, 1] by the training rows."""
    parts = {row["path"]: row["part"] for row in csv.DictReader(open(f"{run}/split.csv"))}
    rows = list(csv.DictReader(open(path)))
    names = [name for name in rows[0] if name not in ("filename", "label")]
    classes = sorted({row["label"] for row in rows})
    pick = lambda part: [row for row in rows if parts[row["filename"]] == part]
    x = lambda some: torch.tensor([[float(row[name]) for name in names] for row in some])
    y = lambda some: torch.tensor([classes.index(row["label"]) for row in some])
    train, validation = pick("train"), pick("validation")
    low, high = x(train).min(0).values, x(train).max(0).values
    scale = lambda some: ((x(some) - low) / (high - low)).unsqueeze(-1)
    return scale(train), y(train), scale(validation), y(validation)


def objective(data):
    x, y, x_validation, y_validation = data

    def train(trial):
        model = Classifier(trial.suggest_int("units", 32, 125), trial.suggest_int("layers", 2, 3),
                           trial.suggest_int("dense", 32, 512), trial.suggest_int("dense_layers", 1, 3))
        adam = torch.optim.Adam(model.parameters(), trial.suggest_float("lr", 1e-5, 1e-2, log=True), eps=1e-7)
        for epoch in range(EPOCHS):
            for rows in torch.randperm(len(x)).split(BATCH):
                adam.zero_grad()
                nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
                adam.step()
            with torch.no_grad():
                accuracy = (model(x_validation).argmax(1) == y_validation).float().mean().item()
            trial.report(accuracy, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return accuracy

    return train


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--tutti", required=True)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--pruner", choices=("median", "none"), default="median")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        start = time.time()
        cpu = lambda who: sum(resource.getrusage(who)[:2])
        ours = json.loads(subprocess.run(
            [options.tutti, "tune", "lstm", "--data", options.data, "--out", folder + "/run", "--trials",
             str(options.trials), "--threads", str(options.threads), "--pruner", options.pruner, "--quiet", "--json"],
            capture_output=True, text=True, check=True).stdout)
        seconds, ours_cpu = time.time() - start, cpu(resource.RUSAGE_CHILDREN)
        data = load(options.data, folder + "/run")
        lengths = [sum(1 for line in open(f"{folder}/run/trials/{t['number']:04}.csv")) - 1 for t in ours["trials"]]
        pruner = optuna.pruners.MedianPruner() if options.pruner == "median" else optuna.pruners.NopPruner()
        study = optuna.create_study(direction="maximize", storage=f"sqlite:///{folder}/optuna.db", pruner=pruner,
                                    sampler=optuna.samplers.TPESampler(seed=0))
        for trial in ours["trials"]:
            study.enqueue_trial(trial["params"])
        start, before = time.time(), cpu(resource.RUSAGE_SELF)
        study.optimize(objective(data), n_trials=options.trials)
        theirs, theirs_cpu = time.time() - start, cpu(resource.RUSAGE_SELF) - before
        print(f"{options.trials} trials, {options.threads} threads, pruner {options.pruner}")
        print(f"tutti:  {60 * options.trials / seconds:7.1f} trials/min, {seconds:6.1f} s, {ours_cpu:6.1f} s of CPU, {sum(lengths)} epochs, "
              f"best val_accuracy {ours['best']['value']:.4f}, test accuracy {ours['test']['accuracy']:.4f}")
        print(f"Optuna: {60 * options.trials / theirs:7.1f} trials/min, {theirs:6.1f} s, {theirs_cpu:6.1f} s of CPU, "
              f"{sum(len(t.intermediate_values) for t in study.trials)} epochs, "
              f"best val_accuracy {study.best_value:.4f}")


main()
