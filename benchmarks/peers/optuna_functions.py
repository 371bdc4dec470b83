"""TPE and random search on standard functions by tutti and by Optuna: the quartiles over seeds of the best of 100
trials. Run `python optuna_functions.py BUILD/benchmark_search 200` (tried with Optuna 4.9.0)."""

import math
import subprocess
import sys
import warnings

import numpy
import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS, TRIALS = int(sys.argv[2]), 100


def reals(trial, *ranges):
    return [trial.suggest_float(f"x{i}", low, high) for i, (low, high) in enumerate(ranges)]


def sphere(trial):
    return sum(x * x for x in reals(trial, *[(-5, 5)] * 5))


def branin(trial):
    a, b = reals(trial, (-5, 10), (0, 15))
    inner = b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6
    return inner**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


def hartmann6(trial):
    alpha = [1.0, 1.2, 3.0, 3.2]
    a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
    c = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
         [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]
    x = reals(trial, *[(0, 1)] * 6)
    return -sum(alpha[i] * math.exp(-sum(a[i][j] * (x[j] - 1e-4 * c[i][j]) ** 2 for j in range(6)))
                for i in range(4))


def rosenbrock(trial):
    a, b = reals(trial, (-2, 2), (-2, 2))
    return 100 * (b - a * a) ** 2 + (1 - a) ** 2 + [10, 5, 0, 20][trial.suggest_categorical("kind", [0, 1, 2, 3])]


def quartiles(function, sampler):
    best = []
    for seed in range(SEEDS):
        study = optuna.create_study(sampler=sampler(seed=seed))
        study.optimize(function, n_trials=TRIALS)
        best.append(study.best_value)
    return numpy.percentile(best, [25, 50, 75])


def main():
    ours = dict((line.split()[0], [float(word) for word in line.split()[1:]]) for line in subprocess.run(
        [sys.argv[1], str(SEEDS)], capture_output=True, text=True, check=True).stdout.splitlines())
    columns = ("tutti TPE", "Optuna TPE", "tutti random", "Optuna random")
    print(f"{'quartiles':12}" + "".join(f"{column:>30}" for column in columns))
    for function in (sphere, branin, hartmann6, rosenbrock):
        name = function.__name__
        theirs = [quartiles(function, s) for s in (optuna.samplers.TPESampler, optuna.samplers.RandomSampler)]
        rows = (ours[name][:3], theirs[0], ours[name][3:], theirs[1])
        print(f"{name:12}" + "".join(f"{a:10.4f}{b:10.4f}{c:10.4f}" for a, b, c in rows), flush=True)


main()
