"""A study on a PostgreSQL server, on which tutti and Optuna work at once."""

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import tutti
from tutti.search import program

optuna = pytest.importorskip("optuna")
psycopg2 = pytest.importorskip("psycopg2")
server = Path(__file__).parents[2] / "tests/support/postgresql.sh"

SPACE = {"units": {"type": "int", "low": 2, "high": 6}, "lr": {"type": "float", "low": 1e-3, "high": 1e-1, "log": True}}
OPTUNA = """
import sys, time, optuna
storage = optuna.storages.RDBStorage(sys.argv[1], heartbeat_interval=1, grace_period=120)
def objective(trial):
    units, rate = trial.suggest_int("units", 2, 6), trial.suggest_float("lr", 1e-3, 1e-1, log=True)
    print("began", trial.number, flush=True)
    time.sleep(0.5)
    return units / 20 - rate
for _ in range(8):
    study = optuna.load_study(study_name="lstm", storage=storage)
    study.optimize(objective, n_trials=1, callbacks=[lambda study, trial: print("ended", trial.number, flush=True)])
"""


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """A server's URL without a database."""
    devices = json.loads(subprocess.run([program, "devices", "--json"], capture_output=True, check=True).stdout)
    if not devices["postgresql"]["available"]:
        pytest.skip("this build has no PostgreSQL")
    with subprocess.Popen([server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdin
        said = process.stdout.readline().strip()
        if said.startswith("SKIPPED"):
            pytest.skip(said.removeprefix("SKIPPED: "))
        yield said.rpartition("/")[0]
        process.stdin.close()


def created(base: str, name: str) -> str:
    with contextlib.closing(psycopg2.connect(base + "/postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return f"{base}/{name}"


def for_optuna(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg2:")


def search(table: Path, url: str, run: Path, trials: int, *options: str) -> list[str]:
    space = run.parent / "space.json"
    space.write_text(json.dumps(SPACE))
    return [str(program), "tune", "lstm", "--data", str(table), "--space", str(space), "--storage", url, "--out",
            str(run), "--trials", str(trials), "--layers", "1", "--dense", "3", "--test", "0.34", "--validation", "0.5",
            "--batch", "8", "--quiet", *options]


def schema(url: str) -> str:
    dump = shutil.which("pg_dump")
    if not dump:
        pytest.skip("no pg_dump")
    text = subprocess.run([dump, "--schema-only", url], capture_output=True, text=True, check=True).stdout
    return re.sub(r"^.*(restrict|^--).*\n", "", text, flags=re.MULTILINE)


def test_tables_are_optunas(base: str, table: Path, tmp_path: Path) -> None:
    ours, theirs = created(base, "ours"), created(base, "theirs")
    subprocess.run(search(table, ours, tmp_path / "run", 2, "--epochs", "1"), check=True)
    optuna.create_study(storage=for_optuna(theirs))
    assert schema(ours) == schema(theirs)


def test_tutti_and_optuna_share_a_study(base: str, table: Path, tmp_path: Path) -> None:
    url = created(base, "shared")
    study = optuna.create_study(study_name="lstm", storage=for_optuna(url), direction="maximize")

    def query(sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    runs = [tmp_path / "run0", tmp_path / "run1"]
    options = ["--epochs", "300", "--jobs", "2", "--threads", "1", "--pruner", "none"]
    searches = []
    for run, place in zip(runs, (url, for_optuna(url))):
        searches.append(subprocess.Popen(search(table, place, run, 100_000, *options), stderr=subprocess.PIPE, text=True))
        while not list(run.glob("trials/*.csv")):  # its first trial
            time.sleep(0.01)
    workers = [subprocess.Popen([sys.executable, "-c", OPTUNA, for_optuna(url)], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True) for _ in range(2)]
    said = [[], []]  # by the workers

    # One of each dies with trials under way.
    while len(said[0]) < 3:
        said[0].append(workers[0].stdout.readline().split())
    workers[0].kill()
    workers[0].communicate()
    while not query("SELECT * FROM trials JOIN trial_system_attributes USING (trial_id) WHERE state = 'RUNNING' "
                    "AND key = 'tutti:worker' AND value_json = '0'"):
        time.sleep(0.01)
    searches[0].kill()
    searches[0].communicate()
    said[1] = [line.split() for line in workers[1].communicate()[0].splitlines()]
    assert workers[1].returncode == 0
    began, number = said[0][-1]
    assert began == "began"
    lost = query(f"SELECT trial_id FROM trials WHERE state = 'RUNNING' AND number = {number}")
    assert len(lost) == 1
    query(f"UPDATE trial_heartbeats SET heartbeat = heartbeat - interval '10 minutes' WHERE trial_id = {lost[0][0]}")
    searches[1].send_signal(signal.SIGINT)
    _, error = searches[1].communicate(timeout=60)
    assert searches[1].returncode == 130 and url.rpartition("@")[2] in error and "p4ss" not in error

    # Its own trials under way have failed by now, and those of the two that were killed will.
    wanted = 5 + sum(trial.state.name == "COMPLETE" for trial in study.get_trials())
    subprocess.run(search(table, url, runs[1], wanted, *options, "--resume"), check=True)
    trials = study.get_trials()
    assert [trial.number for trial in trials] == list(range(len(trials)))
    states = {trial.number: trial.state.name for trial in trials}
    counted = {number for number, state in states.items() if state == "COMPLETE"}
    assert set(states.values()) == {"COMPLETE", "FAIL"} and len(counted) == wanted
    assert len(trials) - len(counted) >= 2  # what was under way in the two that died
    done = [int(number) for what, number in said[0] + said[1] if what == "ended"]
    done += [int(file.stem) for run in runs for file in run.glob("trials/*.csv")]
    assert len(done) == len(set(done))  # nobody did what another did
    assert len(counted - set(done)) <= 2  # which the first search had told, and not yet put into its folder
    assert all(trial.value is not None and trial.params.keys() == SPACE.keys() for trial in trials
               if trial.number in counted)

    copy = optuna.load_study(study_name=None, storage=f"sqlite:///{runs[1] / 'study.db'}").get_trials()
    assert [(t.number, t.state, t.params, t.value, t.intermediate_values, t.datetime_complete) for t in copy] == [
        (t.number, t.state, t.params, t.value, t.intermediate_values, t.datetime_complete) for t in trials]
    for file in runs[1].iterdir():
        assert file.is_dir() or b"p4ss" not in file.read_bytes()
    assert json.loads(subprocess.run([program, "tune", "--report", runs[1], "--json"], capture_output=True,
                                     check=True).stdout)["best"]["value"] == study.best_value


def test_tune_from_python(base: str, table: Path, tmp_path: Path) -> None:
    url = created(base, "python")
    few = {"epochs": 1, "jobs": 1, "batch": 8, "test": 0.34, "validation": 0.5}
    tutti.tune("lstm", table, tmp_path / "one", trials=2, storage=url, **few)
    tutti.tune("lstm", table, tmp_path / "two", trials=3, storage=url, **few)
    study = optuna.load_study(study_name=None, storage=for_optuna(url))
    assert len(study.trials) == 3
    with pytest.raises(tutti.Error, match="does not exist") as problem:
        tutti.tune("lstm", table, tmp_path / "three", storage=url + "s", **few)
    assert "p4ss" not in str(problem.value) and not (tmp_path / "three").exists()
