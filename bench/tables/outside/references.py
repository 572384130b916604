# What scikit-learn makes of the tables that export.R wrote, told what every column is: `python3 references.py FOLDER OUT.jsonl`.
import csv, json, sys, warnings
import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, RidgeCV
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings('ignore')
folder, out = sys.argv[1:3]
SPLITS = (0, 1)


def models(prepare, task, least):
    """By name; `least`: rows of the rarest class, of which cross-validation and early stopping need some"""
    trees = prepare(False)
    if task == 'regression':
        mlp = MLPRegressor((128,), early_stopping=True, max_iter=500, random_state=0)
        return {
            'dummy': DummyRegressor(),
            'linear': make_pipeline(prepare(True), RidgeCV(np.logspace(-3, 4, 15))),
            'mlp': make_pipeline(prepare(True), TransformedTargetRegressor(mlp, transformer=StandardScaler())),
            'boosting': make_pipeline(trees, HistGradientBoostingRegressor(random_state=0)),
            'forest': make_pipeline(trees, RandomForestRegressor(300, random_state=0)),
        }
    chosen = LogisticRegressionCV(Cs=8, max_iter=2000, scoring='neg_log_loss')
    usual = MLPClassifier((128,), early_stopping=True, max_iter=500, random_state=0)
    return {
        'dummy': DummyClassifier(),
        'linear': make_pipeline(prepare(True), chosen if least >= 5 else LogisticRegression(max_iter=2000)),
        'mlp': make_pipeline(prepare(True), usual if least >= 10 else MLPClassifier(max_iter=200, random_state=0)),
        'boosting': make_pipeline(trees, HistGradientBoostingClassifier(random_state=0)),
        'forest': make_pipeline(trees, RandomForestClassifier(300, random_state=0)),
    }


def score(model, task, inputs, truth):
    predicted = model.predict(inputs)
    if task == 'regression':
        return {'score': r2_score(truth, predicted)}
    probabilities = pd.DataFrame(model.predict_proba(inputs), columns=model.classes_)
    of_truth = [probabilities[value][row] if value in probabilities else 0 for row, value in enumerate(truth)]
    return {'score': accuracy_score(truth, predicted), 'logLoss': float(-np.mean(np.log(np.maximum(1e-15, of_truth))))}


with open(f'{folder}/index.csv') as file, open(out, 'w') as results:
    for row in csv.DictReader(file):
        table = pd.read_csv(f"{folder}/{row['name']}.csv")
        targets, inputs = table[row['target']], table.drop(columns=[row['target']])
        if row['task'] == 'classification':
            targets = targets.astype(str)
        words = [name for name in inputs if inputs[name].dtype == object]
        numbers = [name for name in inputs if inputs[name].dtype != object]

        def prepare(scales):
            return make_column_transformer(
                (make_pipeline(SimpleImputer(strategy='constant', fill_value='NA'), OneHotEncoder(handle_unknown='ignore')), words),
                (make_pipeline(SimpleImputer(add_indicator=True), *([StandardScaler()] if scales else [])), numbers),
                sparse_threshold=0,
            )

        for split in SPLITS:
            held = np.arange(len(table)) % 5 == split
            for name, model in models(prepare, row['task'], targets[~held].value_counts().min()).items():
                model.fit(inputs[~held], targets[~held])
                scores = score(model, row['task'], inputs[held], targets[held])
                results.write(json.dumps({'set': row['name'], 'split': split, 'model': name, **scores}) + '\n')
                results.flush()
