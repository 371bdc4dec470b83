"""scikit-learn's classifiers on the 28 features, on the folds of `tutti compare`.

    build/release/tutti compare --data TREE --features FEATURES.csv --json > folds.json
    python sklearn_features.py FEATURES.csv folds.json

Needs numpy and scikit-learn.
"""

import argparse
import csv
import json
from pathlib import PurePosixPath

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

CLASSIFIERS = {
    "logistic regression": LogisticRegression(max_iter=5000),
    "SVM (RBF, C 10)": SVC(C=10),
    "random forest (500 trees)": RandomForestClassifier(500, random_state=54),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features")
    parser.add_argument("folds")
    args = parser.parse_args()
    with open(args.folds) as file:
        compared = json.load(file)
    fold_of = {PurePosixPath(clip["name"]).stem: clip["fold"] for clip in compared["clips"]}
    with open(args.features, newline="") as file:
        head, *rows = csv.reader(file)
    first = head.index("tempo")
    rows = [row for row in rows if PurePosixPath(row[0]).stem in fold_of]
    x = np.array([[float(value) for value in row[first:first + 28]] for row in rows])
    y = np.array([PurePosixPath(row[0]).stem.split(".")[0] for row in rows])
    folds = np.array([fold_of[PurePosixPath(row[0]).stem] for row in rows])
    print(f"{len(rows)} songs of {len(fold_of)}, {compared['tested']} tested folds: mean and standard deviation")
    for name, classifier in CLASSIFIERS.items():
        model = make_pipeline(StandardScaler(), classifier)
        scores = [model.fit(x[folds != k], y[folds != k]).score(x[folds == k], y[folds == k])
                  for k in range(compared["tested"])]
        print(f"{name:28}{np.mean(scores):7.3f}{np.std(scores, ddof=min(1, len(scores) - 1)):7.3f}")


main()
