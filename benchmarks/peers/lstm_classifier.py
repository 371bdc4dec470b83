"""The LSTM classifier by PyTorch with tutti's recipe: test accuracy over stratified splits, and seconds a step.

Run `python lstm_classifier.py --data FEATURES.csv [--seeds 5] [--threads 2]` (needs PyTorch and NumPy; tried with
2.15.0 and 2.4.6). `tutti reproduce lstm --data FEATURES.csv --seeds 5 --json` gives the same of ours.
"""

import argparse
import csv
import os
import statistics
import time

import numpy
import torch
from torch import nn

UNITS, DENSE, RATE, BATCH, EPOCHS = 52, 134, 0.0023916625587450248, 32, 50


class LstmClassifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.lstm = nn.LSTM(1, UNITS, num_layers=3, batch_first=True)
        self.dense = nn.Sequential(nn.Linear(UNITS, DENSE), nn.ReLU(), nn.Linear(DENSE, DENSE), nn.ReLU(),
                                   nn.Linear(DENSE, classes))
        for name, parameter in self.named_parameters():  # Keras' initial weights
            if "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            elif "weight" in name:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)
            if "bias_hh" in name:
                parameter.requires_grad_(False)  # Keras has one bias
            if "bias_ih" in name:
                parameter.data[UNITS:2 * UNITS] = 1  # of the forget gate

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1])


def read_table(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [name for name in rows[0] if name not in ("filename", "label")]
    classes = sorted({row["label"] for row in rows})
    x = numpy.array([[float(row[name]) for name in columns] for row in rows], numpy.float32)
    return x, numpy.array([classes.index(row["label"]) for row in rows])


def stratified(labels, share, random):
    """Rows of the larger and of the smaller part."""
    small = numpy.concatenate([random.permutation(numpy.flatnonzero(labels == label))[:round(share * count)]
                               for label, count in zip(*numpy.unique(labels, return_counts=True))])
    return numpy.setdiff1d(numpy.arange(len(labels)), small), small


def train(x, labels, seed):
    """Test accuracy, last training accuracy and the median seconds of a step."""
    random = numpy.random.default_rng(seed)
    torch.manual_seed(seed)
    rest, test = stratified(labels, 0.2, random)
    kept, _ = stratified(labels[rest], 0.1, random)
    rows = rest[kept]
    low, high = x[rows].min(0), x[rows].max(0)
    inputs = torch.tensor((x - low) / (high - low)).unsqueeze(2)
    targets = torch.tensor(labels)
    net = LstmClassifier(labels.max() + 1)
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], RATE, eps=1e-7)
    seconds, correct = [], 0
    for _ in range(EPOCHS):
        correct = 0
        for batch in torch.tensor(rows)[torch.randperm(len(rows))].split(BATCH):
            start = time.perf_counter()
            logits = net(inputs[batch])
            loss = nn.functional.cross_entropy(logits, targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if len(batch) == BATCH:
                seconds.append(time.perf_counter() - start)
            correct += (logits.argmax(1) == targets[batch]).sum().item()
    with torch.no_grad():
        accuracy = (net(inputs[test]).argmax(1) == targets[test]).double().mean().item()
    return accuracy, correct / len(rows), statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    x, labels = read_table(args.data)
    tests, trainings, seconds = zip(*(train(x, labels, seed) for seed in range(args.seeds)))
    print(f"test accuracy {statistics.mean(tests):.4f} (s.d. {statistics.pstdev(tests):.4f}),"
          f" training accuracy {statistics.mean(trainings):.4f},"
          f" {1000 * statistics.median(seconds):.2f} ms a step of {BATCH} with {args.threads} threads")


if __name__ == "__main__":
    main()
