"""What runner.mjs does, for adapters in Python: see there for the lines that are read and written."""
import importlib
import json
import sys
from time import perf_counter

import numpy as np

COLD_SECONDS = 5
CALL_SECONDS = 0.4
ROWS_OF_A_CALL = 100


def answer(value):
    print(json.dumps(value), flush=True)


def run_cold(model, epochs):
    done, spent, piece = 0, 0.0, 1
    while done < epochs and spent < COLD_SECONDS:
        count = min(piece, epochs - done)
        started = perf_counter()
        model.run(count)
        spent += perf_counter() - started
        done += count
        piece *= 2
    return done, spent


def prepare_training(create, task, data):
    model = create(task, data)
    predict = lambda: [float(value) for value in np.ravel(model.predict(model.prepare(data[0])))]
    before = predict()
    done, spent = run_cold(model, task["epochs"])
    after = predict()
    epochs = max(1, min(task["epochs"], int(CALL_SECONDS * done / spent)))
    steps = task["stepsPerEpoch"]
    cold = spent * 1000 / done / steps
    answer({"work": epochs * steps, "cold": cold, "whole": done == task["epochs"], "before": before, "after": after})

    def call():
        model = create(task, data)
        started = perf_counter()
        model.run(epochs)
        return perf_counter() - started

    return call


def prepare_prediction(create, task, data):
    model = create(task, data)
    rows = task["predictedRows"]
    inputs = np.resize(data[0], (max(ROWS_OF_A_CALL, rows), data[0].shape[1]))
    prepared = [model.prepare(inputs[i : i + 1]) for i in range(ROWS_OF_A_CALL)] if rows == 1 else [model.prepare(inputs)]
    started = perf_counter()
    predicted = [float(value) for value in np.ravel(model.predict(prepared[0]))]
    answer({"work": len(prepared), "cold": (perf_counter() - started) * 1000, "predicted": predicted})

    def call():
        started = perf_counter()
        for each in prepared:
            model.predict(each)
        return perf_counter() - started

    return call


task = json.loads(sys.stdin.readline())
sys.path.insert(0, "adapters")
create = importlib.import_module(task["adapter"].removesuffix(".py")).create
task.update(task["options"])
read = lambda name, columns: np.fromfile(task["files"][name]).reshape(task["rows"], columns)
data = read("inputs", task["sizes"][0]), read("targets", task["sizes"][-1])
if task["kind"] == "start":
    create(task, data).run(1)
    sys.exit()
call = (prepare_training if task["kind"] == "train" else prepare_prediction)(create, task, data)
for line in sys.stdin:
    answer(sum(call() for _ in range(int(line))) * 1000)
