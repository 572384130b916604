"""Two layers trained on full batches in NumPy, timed inside: see inNumPy in variants.mjs for what is read and written."""
import json
import sys
from time import perf_counter

import numpy as np


def train_tutorial(x, y, parameters, rate, epochs):
    """Sigmoids and half of the squared error"""
    w1, b1, w2, b2 = parameters
    x_transposed = x.T
    exp, sums = np.exp, np.add.reduce
    for _ in range(epochs):
        h = 1.0 / (1.0 + exp(-(x @ w1 + b1)))
        out = 1.0 / (1.0 + exp(-(h @ w2 + b2)))
        delta2 = (out - y) * out * (1.0 - out)
        delta1 = (delta2 @ w2.T) * h * (1.0 - h)
        w2 -= rate * (h.T @ delta2)
        b2 -= rate * sums(delta2)
        w1 -= rate * (x_transposed @ delta1)
        b1 -= rate * sums(delta1)


def train_classifier(x, y, parameters, rate, epochs):
    """relu, then a sigmoid with the binary cross-entropy"""
    w1, b1, w2, b2 = parameters
    x_transposed = x.T
    exp, sums, maximum = np.exp, np.add.reduce, np.maximum
    share = x.dtype.type(1 / len(x))
    rate = x.dtype.type(rate)
    for _ in range(epochs):
        h = maximum(x @ w1 + b1, 0)
        out = 1 / (1 + exp(-(h @ w2 + b2)))
        delta2 = (out - y) * share
        delta1 = (delta2 @ w2.T) * (h > 0)
        w2 -= rate * (h.T @ delta2)
        b2 -= rate * sums(delta2)
        w1 -= rate * (x_transposed @ delta1)
        b1 -= rate * sums(delta1)


def answer(value):
    print(json.dumps(value), flush=True)


task = json.loads(sys.stdin.readline())
dtype = np.dtype(task["dtype"])
x, y = np.array(task["inputs"], dtype), np.array(task["targets"], dtype)
parameters = [np.array(values, dtype) for values in task["layers"]]
train = train_tutorial if task["loss"] == "halfSquaredError" else train_classifier
answer({"work": task["epochs"]})
for line in sys.stdin:
    if line.strip():
        started = perf_counter()
        for _ in range(int(line)):
            train(x, y, parameters, task["rate"], task["epochs"])
        answer((perf_counter() - started) * 1000)
    else:
        values = [float(value) for part in parameters for value in part.ravel()]
        answer({"values": values, "version": np.__version__})
