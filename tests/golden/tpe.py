"""TPE's split and densities, the median pruner and PED-ANOVA by Optuna, on fixed lists of trials.

Run `python tpe.py` in this folder: it writes tpe.json (made with Optuna 4.9.0, NumPy 2.4.6).
"""

import json
import math
import warnings

import numpy
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.sampler import _split_trials, default_gamma
from optuna.trial import TrialState

from values import uniform

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

DISTRIBUTIONS = {
    "x": FloatDistribution(-3, 5),
    "lr": FloatDistribution(1e-5, 1e-1, log=True),
    "rate": FloatDistribution(0, 1, step=0.125),
    "units": IntDistribution(32, 4125),
    "steps": IntDistribution(8, 64, step=8),
    "width": IntDistribution(1, 512, log=True),
    "kind": CategoricalDistribution([16, 32, 64]),
}
# Those with few values repeat them, and NumPy's order of equal ones is its own: only short lists.
REPEATING = ("rate", "steps", "width")


def value(name, unit):
    """A possible value from a number in [0, 1)."""
    d = DISTRIBUTIONS[name]
    if isinstance(d, CategoricalDistribution):
        return d.choices[int(unit * len(d.choices))]
    if d.log:
        x = math.exp(math.log(d.low) + unit * (math.log(d.high) - math.log(d.low)))
        return x if isinstance(d, FloatDistribution) else round(x)
    x = d.low + unit * (d.high - d.low)
    if d.step:
        x = d.low + round((x - d.low) / d.step) * d.step
    return int(x) if isinstance(d, IntDistribution) else x


def fixed_trials(names, n, salt, running=0):
    """n finished trials, every fifth pruned and every seventh without the last parameter; then running ones."""
    units = (uniform((n + running, len(names) + 9), salt) + 1) / 2
    trials = []
    for i, row in enumerate(units):
        here = names[:-1] if i % 7 == 6 and len(names) > 1 else names
        params = {name: value(name, row[k]) for k, name in enumerate(here)}
        state = TrialState.RUNNING if i >= n else TrialState.PRUNED if i % 5 == 4 else TrialState.COMPLETE
        steps = 8 if state == TrialState.COMPLETE else 1 + i % 7
        intermediate = {s: float(row[len(names) + 1 + s]) for s in range(steps)} if i < n else {}
        trials.append(optuna.trial.create_trial(
            state=state, params=params, distributions={name: DISTRIBUTIONS[name] for name in here},
            value=float(row[len(names)]) if state == TrialState.COMPLETE else None,
            intermediate_values=intermediate))
    return trials


def study_of(trials, direction):
    study = optuna.create_study(direction=direction)
    study.add_trials(trials)
    return study


def as_json(trial):
    internal = {name: d.to_internal_repr(trial.params[name]) for name, d in trial.distributions.items()}
    return {"number": trial.number, "state": trial.state.name, "value": trial.value, "params": internal,
            "intermediate": [[s, v] for s, v in trial.intermediate_values.items()]}


def case(names, n, salt, direction, running=0):
    study = study_of(fixed_trials(names, n, salt, running), direction)
    trials = study.get_trials(deepcopy=False)
    below, above = _split_trials(study, trials, default_gamma(n), False)
    sampler = optuna.samplers.TPESampler(constant_liar=True)
    densities = []
    for k, name in enumerate(names):
        space = {name: DISTRIBUTIONS[name]}
        good = sampler._build_parzen_estimator(study, space, below, handle_below=True)
        bad = sampler._build_parzen_estimator(study, space, above, handle_below=False)
        points = [value(name, u) for u in (uniform(12, salt + 100 + k) + 1) / 2]
        points = numpy.array([DISTRIBUTIONS[name].to_internal_repr(p) for p in points], dtype=float)
        densities.append({"name": name, "at": points.tolist(), "below": good.log_pdf({name: points}).tolist(),
                          "above": bad.log_pdf({name: points}).tolist()})
    return {"direction": direction, "trials": [as_json(t) for t in trials],
            "below": [t.number for t in below], "above": [t.number for t in above], "densities": densities}


def pruning(direction, salt):
    """For every trial: whether the median pruner would end it at each of its steps, of the trials before it."""
    trials = fixed_trials(["x"], 24, salt)
    decisions = []
    for i, trial in enumerate(trials):
        study = study_of(trials[:i], direction)
        for step in trial.intermediate_values:
            so_far = optuna.trial.create_trial(
                state=TrialState.RUNNING, intermediate_values={s: v for s, v in trial.intermediate_values.items()
                                                               if s <= step})
            so_far.number = i
            decisions.append([i, step, bool(optuna.pruners.MedianPruner().prune(study, so_far))])
    study = study_of(trials, direction)
    return {"direction": direction, "trials": [as_json(t) for t in study.trials], "decisions": decisions}


def importance(n, salt, direction):
    names = list(DISTRIBUTIONS)
    trials = []
    for i, row in enumerate((uniform((n, len(names) + 1), salt) + 1) / 2):
        params = {name: value(name, row[k]) for k, name in enumerate(names)}
        target = (row[0] - 0.3) ** 2 + 0.3 * (row[1] - 0.7) ** 2 + 0.05 * row[2] + 0.01 * row[len(names)]
        trials.append(optuna.trial.create_trial(params=params, distributions=DISTRIBUTIONS,
                                                value=float(-target if direction == "maximize" else target)))
    study = study_of(trials, direction)
    shares = optuna.importance.get_param_importances(
        study, evaluator=optuna.importance.PedAnovaImportanceEvaluator())
    return {"direction": direction, "trials": [as_json(t) for t in study.trials], "importance": shares}


ALL = list(DISTRIBUTIONS)
SMOOTH = [name for name in ALL if name not in REPEATING]
document = {
    "distributions": {name: json.loads(optuna.distributions.distribution_to_json(d))
                      for name, d in DISTRIBUTIONS.items()},
    "cases": [case(ALL, 11, 1, "minimize"), case(ALL, 20, 2, "maximize"), case(ALL, 18, 3, "minimize", 5),
              case(SMOOTH, 60, 4, "maximize"), case(SMOOTH, 300, 5, "minimize", 8)],
    "pruning": [pruning("maximize", 21), pruning("minimize", 22)],
    "importance": [importance(40, 31, "minimize"), importance(150, 32, "maximize")],
}
with open("tpe.json", "w") as file:
    json.dump(document, file)
