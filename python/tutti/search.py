"""The hyper-parameter search: the program's own, so that a study is the same bits."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

from ._arrays import PathLike, path_of
from ._native import Error

program = Path(__file__).parent / "bin" / "tutti"


def tune(model: str, data: PathLike, out: PathLike, **options: Any) -> Path:
    """Searches hyper-parameters of "lstm", "rnn" or "ensemble"; returns the study's file.

    The study opens in Optuna: optuna.load_study(study_name=None, storage=f"sqlite:///{path}"). With
    storage="postgresql://…" it is on a server, and the file is a copy.
    Options are those of `tutti tune MODEL --help`, with _ for -: trials=100, sampler="tpe",
    resume=True. Ctrl-C ends the search and keeps the finished trials; resume=True goes on.
    """
    command: list[str | Path] = [program, "tune", model, "--data", path_of(data), "--out", path_of(out), "--quiet"]
    for key, value in options.items():
        name = "--" + key.replace("_", "-")
        if value is True:
            command.append(name)
        elif value is not False and value is not None:
            command += [name, str(value)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as search:
        try:
            _, said = search.communicate()
        except KeyboardInterrupt:
            search.send_signal(signal.SIGINT)
            search.wait()
            raise
    if search.returncode != 0:
        lines = said.decode(errors="surrogateescape").strip().splitlines()
        raise Error(lines[-1].removeprefix("tutti: ") if lines else f"tune ended with {search.returncode}")
    return path_of(out) / "study.db"
