// js-pytorch: nested arrays; Adam only; a sigmoid has to be made of its parts. It takes part in the start alone.
import { torch } from 'js-pytorch'
import { toRows } from './rows.mjs'

const sigmoid = (nets) => {
  const ones = torch.tensor(nets.data.map((row) => row.map(() => 1)))
  return torch.div(ones, torch.add(torch.exp(torch.neg(nets)), 1))
}

export async function create({ sizes }, { rows, inputs, targets }) {
  const layers = sizes.slice(1).map((units, index) => new torch.nn.Linear(sizes[index], units, 'cpu', true))
  const trainer = new torch.optim.Adam(
    layers.flatMap((layer) => layer.parameters()),
    0.01,
    0,
  )
  const x = torch.tensor(toRows(inputs, rows))
  const negated = torch.tensor(toRows(targets, rows).map((row) => row.map((target) => -target)))
  const forward = (given) => layers.reduce((below, layer) => sigmoid(layer.forward(below)), given)
  return {
    note: 'Adam',
    run(epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const error = torch.add(forward(x), negated)
        torch.mul(error, error).sum().sum().backward()
        trainer.step()
        trainer.zero_grad()
      }
    },
  }
}
