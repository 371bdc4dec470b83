"""Checks that Optuna and tutti continue each other's studies, and that tutti runs what Optuna has queued.

`python check_optuna_continues.py PATH/TO/tutti FEATURES.csv` (tried with Optuna 4.9.0).
"""

import json
import subprocess
import sys
import tempfile

import optuna
from optuna.trial import TrialState

tutti, data = sys.argv[1:]
SPACE = {"units": {"type": "int", "low": 2, "high": 6}, "lr": {"type": "float", "low": 1e-3, "high": 1e-1, "log": True},
         "batch": {"type": "categorical", "choices": [16, 32]}}


def objective(trial):
    units = trial.suggest_int("units", 2, 6)
    rate = trial.suggest_float("lr", 1e-3, 1e-1, log=True)
    batch = trial.suggest_categorical("batch", [16, 32])
    for step in range(3):
        trial.report(0.5 + units / 20 - rate - batch / 1000, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return 0.5 + units / 20 - rate - batch / 1000


def tune(out, trials):
    with open(out + "/space.json", "w") as file:
        json.dump(SPACE, file)
    done = subprocess.run([tutti, "tune", "lstm", "--data", data, "--space", out + "/space.json", "--out", out,
                           "--layers", "1", "--dense", "3", "--epochs", "3", "--trials", str(trials), "--resume",
                           "--quiet", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def optimize(out, n):
    study = optuna.create_study(study_name="lstm", storage=f"sqlite:///{out}/study.db", direction="maximize",
                                load_if_exists=True, pruner=optuna.pruners.MedianPruner())
    study.optimize(objective, n_trials=n)
    return study


def check(study, document, trials):
    assert len(study.trials) == len(document["trials"]) == trials
    for ours, theirs in zip(document["trials"], study.trials):
        assert ours["number"] == theirs.number
        assert ours["params"] == theirs.params, (ours, theirs)
        assert ours["state"].upper() == theirs.state.name
        assert ours["value"] == (theirs.value if theirs.state != TrialState.FAIL else None), (ours, theirs)
    assert study.best_trial.number == document["best"]["number"]


optuna.logging.set_verbosity(optuna.logging.ERROR)
for first, second in ((tune, optimize), (optimize, tune)):
    with tempfile.TemporaryDirectory() as out:
        first(out, 12)
        second(out, 12 if second is optimize else 24)
        document = tune(out, 36)
        study = optimize(out, 0)
        check(study, document, 36)
        print(f"36 trials, begun by {'tutti' if first is tune else 'Optuna'}, continued by the other: best "
              f"{study.best_trial.number} {study.best_value:.4f}, importances "
              f"{optuna.importance.get_param_importances(study)}")

with tempfile.TemporaryDirectory() as out:
    study = optimize(out, 4)
    queued = [{"units": 5}, {"units": 3, "lr": 0.02, "batch": 32}, {"batch": 16, "speed": 1}, {"units": 99}]
    for params in queued:
        study.enqueue_trial(params)
    tune(out, 10)
    study = optimize(out, 0)
    assert [t.number for t in study.trials] == list(range(10))
    for params, trial in zip(queued[:3], study.trials[4:7]):
        known = {name: value for name, value in params.items() if name in SPACE}
        assert trial.params.items() >= known.items() and trial.params.keys() == SPACE.keys(), trial
        assert trial.state in (TrialState.COMPLETE, TrialState.PRUNED) and trial.datetime_start, trial
    assert study.trials[7].state == TrialState.FAIL and "units 99" in study.trials[7].user_attrs["error"]
    study.enqueue_trial({"units": 4})
    assert optimize(out, 1).trials[10].params["units"] == 4
    print("queued trials run with their values; one outside the space fails")
