"""TPE and random search on standard functions by tutti and by Optuna: the median over 30 seeds of the best of
100 trials. Run `python optuna_functions.py BUILD/benchmark_search` (made with Optuna 4.9.0)."""

import math
import statistics
import subprocess
import sys
import warnings

import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS, TRIALS = 30, 100


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


def median_best(function, sampler):
    best = []
    for seed in range(SEEDS):
        study = optuna.create_study(sampler=sampler(seed=seed))
        study.optimize(function, n_trials=TRIALS)
        best.append(study.best_value)
    return statistics.median(best)


def main():
    ours = dict((line.split()[0], line.split()[1:]) for line in
                subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout.splitlines())
    print(f"{'median best':12}{'tutti TPE':>12}{'Optuna TPE':>12}{'tutti random':>14}{'Optuna random':>15}")
    for function in (sphere, branin, hartmann6, rosenbrock):
        name = function.__name__
        theirs = [median_best(function, s) for s in (optuna.samplers.TPESampler, optuna.samplers.RandomSampler)]
        print(f"{name:12}{float(ours[name][0]):12.4f}{theirs[0]:12.4f}{float(ours[name][1]):14.4f}{theirs[1]:15.4f}",
              flush=True)


main()
