"""The straightforward script in NumPy."""
import numpy as np


def activate(name, nets):
    if name == "relu":
        return np.maximum(nets, 0)
    if name == "sigmoid":
        return 1 / (1 + np.exp(-nets))
    powers = np.exp(nets - nets.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


class Network:
    def __init__(self, task, data):
        self.task, self.dtype, self.steps = task, np.dtype(task["dtype"]), 0
        self.x, self.y = (part.astype(self.dtype) for part in data)
        self.random = np.random.default_rng(1)
        sizes = task["sizes"]
        reach = [np.sqrt((6 if name == "relu" else 3) / size) for name, size in zip(task["activations"], sizes)]
        self.weights = [
            (self.random.uniform(-1, 1, shape) * r).astype(self.dtype) for shape, r in zip(zip(sizes, sizes[1:]), reach)
        ]
        self.biases = [np.zeros(units, self.dtype) for units in sizes[1:]]
        self.m = [np.zeros_like(each) for each in self.weights + self.biases]
        self.v = [np.zeros_like(each) for each in self.weights + self.biases]

    def prepare(self, inputs):
        return inputs.astype(self.dtype)

    def forward(self, x):
        outputs = [x]
        for weights, biases, name in zip(self.weights, self.biases, self.task["activations"]):
            outputs.append(activate(name, outputs[-1] @ weights + biases))
        return outputs

    def predict(self, x):
        return self.forward(x)[-1]

    def step(self, x, y):
        outputs = self.forward(x)
        error = outputs[-1] - y
        is_tutorial = self.task["loss"] == "halfSquaredError"
        delta = error * outputs[-1] * (1 - outputs[-1]) if is_tutorial else error / len(x)
        weight_gradients, bias_gradients = [], []
        for layer in reversed(range(len(self.weights))):
            below = outputs[layer]
            weight_gradients.insert(0, below.T @ delta)
            bias_gradients.insert(0, delta.sum(0))
            if layer > 0:
                slope = below > 0 if self.task["activations"][layer - 1] == "relu" else below * (1 - below)
                delta = (delta @ self.weights[layer].T) * slope
        self.update(weight_gradients + bias_gradients)

    def update(self, gradients):
        rate, parameters = self.task["rate"], self.weights + self.biases
        if self.task["optimizer"] == "sgd":
            for parameter, gradient in zip(parameters, gradients):
                parameter -= rate * gradient
            return
        self.steps += 1
        first, second = 1 - 0.9**self.steps, 1 - 0.999**self.steps
        for m, v, parameter, gradient in zip(self.m, self.v, parameters, gradients):
            m *= 0.9
            m += 0.1 * gradient
            v *= 0.999
            v += 0.001 * gradient * gradient
            parameter -= rate * (m / first) / (np.sqrt(v / second) + 1e-8)

    def run(self, epochs):
        rows, batch = self.task["rows"], self.task["batchRows"]
        for _ in range(epochs):
            order = self.random.permutation(rows) if self.task["shuffles"] else None
            for first in range(0, rows, batch):
                part = slice(first, first + batch)
                chosen = part if order is None else order[part]
                self.step(self.x[chosen], self.y[chosen])


create = Network
