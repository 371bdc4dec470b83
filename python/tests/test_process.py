"""The module among Python's signals, threads, processes and memory."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import tutti
from tutti import Error, Sequential, layers

X, y = np.random.default_rng(3).normal(size=(64, 20)).astype(np.float32), np.arange(64) % 2


def small(**options):
    return Sequential([layers.Dense(16, "relu"), layers.Dense(2, "softmax")], **options)


def test_ctrl_c_stops_after_the_step_and_leaves_what_is_finished():
    model = small().fit(X, y, epochs=1)
    before = model(X)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, epochs=10**6)
    epochs = model.history_["loss"].shape[0]
    assert 0 < epochs < 10**6 and not np.array_equal(model(X), before)


def test_other_threads_run_meanwhile():
    counted, done = 0, threading.Event()

    def train():
        small().fit(X, y, epochs=5000)
        done.set()

    threading.Thread(target=train).start()
    while not done.is_set():
        counted += 1
        time.sleep(0.001)
    assert counted > 10


def test_a_forked_process_computes():
    small().fit(X, y, epochs=1)
    code = """
import os, numpy as np, tutti
from tutti import Sequential, layers
tutti.set_threads(4)
X, y = np.random.rand(64, 20).astype("f"), np.arange(64) % 2
net = Sequential([layers.Dense(2048, "relu"), layers.Dense(2, "softmax")]).fit(X, y, epochs=2)
child = os.fork()
if child == 0:
    net.fit(X, y, epochs=2)
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
net.fit(X, y, epochs=2)
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)


def test_results_do_not_depend_on_the_threads():
    threads = tutti.threads()
    outputs = []
    for count in (1, 3):
        tutti.set_threads(count)
        assert tutti.threads() == count
        outputs.append(small().fit(X, y, epochs=2)(X))
    tutti.set_threads(threads)
    np.testing.assert_array_equal(*outputs)
    for wrong in (0, -1, 10**6):
        with pytest.raises(Error, match="threads"):
            tutti.set_threads(wrong)


def test_the_precision_is_that_of_gpus():
    assert tutti.precision() == "tf32"
    model = Sequential([layers.Dense(2)], device="simt")
    model.build((20,))
    outputs = {}
    for precision in ("fp32", "tf32", "bf16"):
        tutti.set_precision(precision)
        assert tutti.precision() == precision
        outputs[precision] = model(X)
    tutti.set_precision("tf32")
    error = {precision: np.abs(outputs[precision] - outputs["fp32"]).max() for precision in outputs}
    assert 0 == error["fp32"] < error["tf32"] < error["bf16"] < 0.1
    with pytest.raises(Error, match="'fp16' is not a precision"):
        tutti.set_precision("fp16")


def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.measures
def test_a_thousand_fits_leave_no_memory():
    def fit(times):
        for _ in range(times):
            Sequential([layers.Dense(2, "softmax")], members=2).fit(X, y, epochs=1)(X)

    fit(100)
    before = memory()
    fit(1000)
    assert memory() - before < 4 << 20


def test_labels_are_copied_and_a_model_is_not_changed_by_its_data():
    labels, examples = y.copy(), X.copy()
    model = small().fit(examples, labels, epochs=1, callback=lambda *_: labels.fill(1))
    same = small().fit(X, y, epochs=1)
    np.testing.assert_array_equal(model(X), same(X))


def test_the_error_is_a_value_error():
    assert issubclass(Error, ValueError) and Error.__module__ == "tutti" and tutti.__version__
    with pytest.raises(AttributeError, match="nothing"):
        tutti.nothing
