"""PyTorch on the processor, one thread, not compiled."""
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
LOSSES = {
    "halfSquaredError": lambda nets, y: 0.5 * ((nets - y) ** 2).sum(),
    "binaryCrossEntropy": nn.BCEWithLogitsLoss(),
    "categoricalCrossEntropy": nn.CrossEntropyLoss(),
}
OUTPUTS = {
    "halfSquaredError": lambda nets: nets,
    "binaryCrossEntropy": torch.sigmoid,
    "categoricalCrossEntropy": lambda nets: torch.softmax(nets, 1),
}


class Network:
    def __init__(self, task, data):
        self.task, self.dtype = task, getattr(torch, task["dtype"])
        self.x, self.y = (torch.tensor(part, dtype=self.dtype) for part in data)
        if task["loss"] == "categoricalCrossEntropy":
            self.y = self.y.argmax(1)
        sizes, layers = task["sizes"], []
        for index, name in enumerate(task["activations"]):
            layers.append(nn.Linear(sizes[index], sizes[index + 1], dtype=self.dtype))
            if index < len(sizes) - 2 or task["loss"] == "halfSquaredError":
                layers.append(ACTIVATIONS[name]())
        self.network = nn.Sequential(*layers)
        optimizer = torch.optim.Adam if task["optimizer"] == "adam" else torch.optim.SGD
        self.optimizer = optimizer(self.network.parameters(), lr=task["rate"])

    def prepare(self, inputs):
        return torch.tensor(np.asarray(inputs), dtype=self.dtype)

    def predict(self, x):
        with torch.inference_mode():
            return OUTPUTS[self.task["loss"]](self.network(x)).numpy()

    def step(self, x, y):
        self.optimizer.zero_grad()
        LOSSES[self.task["loss"]](self.network(x), y).backward()
        self.optimizer.step()

    def run(self, epochs):
        rows, batch = self.task["rows"], self.task["batchRows"]
        for _ in range(epochs):
            order = torch.randperm(rows) if self.task["shuffles"] else None
            for first in range(0, rows, batch):
                part = slice(first, first + batch)
                chosen = part if order is None else order[part]
                self.step(self.x[chosen], self.y[chosen])


create = Network
