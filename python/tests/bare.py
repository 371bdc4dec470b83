"""The original's README, where nothing but the wheel and NumPy is installed. Run by scripts/test-python."""

import importlib.util
import subprocess
import sys
import tempfile

from tutti import Ensemble, load_dataset

assert importlib.util.find_spec("sklearn") is None
folder = tempfile.mkdtemp()
subprocess.run([sys.executable, "-m", "tutti", "synth", "--out", folder, "--songs", "2", "--seconds", "2",
                "--no-audio", "--quiet"], check=True)
(X_train, y_train), (X_test, y_test), genres = load_dataset(folder + "/genres")

n_clasificadores = 2
path = folder + "/clasificadores"
ensemble = Ensemble(n_clasificadores=n_clasificadores, path=path)
ensemble.fit(X_train, y_train, (X_test, y_test), bootstrap_percent=.9, batch_size=128, epochs=1)
vectors, classes = ensemble.predict_classifiers(X_test)
assert vectors.shape == (n_clasificadores, len(y_test), len(genres)) and classes.shape == vectors.shape[:2]
assert (Ensemble.load_model(path).predict(X_test) == ensemble.predict(X_test)).all()
try:
    from tutti import LstmClassifier
except ImportError as problem:
    assert "scikit-learn" in str(problem)
