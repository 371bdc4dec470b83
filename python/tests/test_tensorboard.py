"""What TensorBoard's own reader makes of `train --tensorboard`."""

import csv
import json
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import tutti

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorBoard's
accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


def read(folder):
    log = accumulators.EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
    return log.Reload()


def scalars(folder, tag):
    """By step. A step that was logged twice, before and after an interruption, has one value."""
    values = {}
    for event in read(folder).Scalars(tag):
        assert values.setdefault(event.step, event.value) == event.value
    return values


def history(run, column):
    """Of one member, by epoch, as single precision holds it."""
    with open(run / "history.csv", newline="") as file:
        return {int(row["epoch"]): float(np.float32(row[column])) for row in csv.DictReader(file)}


def options(table, run, logs, epochs):
    return ["train", "rnn", "--data", table, "--out", run, "--epochs", epochs, "--batch", 8, "--test", 0.34,
            "--tensorboard", logs, "--quiet"]


def test_every_value_is_read_back(table, tmp_path):
    run, logs = tmp_path / "run", tmp_path / "logs"
    tutti(*options(table, run, logs, 3), "--tensorboard-members")
    for folder in (logs, logs / "member_0"):
        for part, prefix in (("train", ""), ("validation", "val_")):
            for value in ("loss", "accuracy"):
                assert scalars(folder / part, f"epoch_{value}") == history(run, prefix + value)

    result = read(logs)
    metrics = json.loads((run / "metrics.json").read_text())
    assert result.Scalars("test_accuracy")[0].value == np.float32(metrics["accuracy"])
    assert result.Images("confusion")[0].encoded_image_string == (run / "confusion.png").read_bytes()
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
    data = HParamsPluginData.FromString(result.SummaryMetadata("_hparams_/session_start_info").plugin_data.content)
    hparams = data.session_start_info.hparams
    assert hparams["batch"].number_value == 8 and hparams["scaling"].string_value == "minmax"
    assert "from" not in hparams


def test_a_killed_training_can_be_read_and_goes_on(table, tmp_path):
    run, logs = tmp_path / "run", tmp_path / "logs"
    words = [sys.executable, "-m", "tutti", *map(str, options(table, run, logs, 400))]
    with subprocess.Popen(words) as training:
        while not (run / "checkpoint.safetensors").exists():
            assert training.poll() is None
            time.sleep(0.01)
        training.kill()
    assert training.returncode == -9
    before = scalars(logs / "train", "epoch_loss")
    assert list(before) == list(range(1, len(before) + 1)) and before
    tutti(*options(table, run, logs, 400), "--resume")
    assert scalars(logs / "train", "epoch_loss") == history(run, "loss")
