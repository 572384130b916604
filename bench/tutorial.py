"""The tutorial's training in NumPy, timed inside. JSON in on stdin, JSON out on stdout; see tutorial.mjs."""
import json
import sys
from time import perf_counter

import numpy as np


def train(x, y, layers, rate, epochs):
    w1, b1, w2, b2 = (np.array(values, dtype=np.float64) for values in layers)
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
    return [float(value) for part in (w1, b1, w2, b2) for value in part.ravel()]


task = json.load(sys.stdin)
x, y = np.array(task["inputs"]), np.array(task["targets"])
weights = train(x, y, task["layers"], task["rate"], task["epochs"])
seconds = []
for _ in range(task["rounds"]):
    started = perf_counter()
    train(x, y, task["layers"], task["rate"], task["epochs"])
    seconds.append(perf_counter() - started)
print(json.dumps({"weights": weights, "seconds": seconds, "version": np.__version__}))
