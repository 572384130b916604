// toygrad: row by row with gradients added up over a batch, Float32Array.
import { NeuralNetwork, Tensor, Trainers } from 'toygrad'
import { classesOf, shuffle, toRows } from './rows.mjs'

export async function create(task, { rows, inputs, targets }) {
  const { sizes, activations, loss, optimizer, rate, batchRows, shuffles } = task
  const isTutorial = loss === 'halfSquaredError'
  const hasTwoClasses = loss === 'binaryCrossEntropy'
  const network = new NeuralNetwork({ layers: layersOf(sizes, activations, isTutorial, hasTwoClasses) })
  // It divides the gradient by the batch, the tutorial does not.
  const options = { batchSize: batchRows, learningRate: isTutorial ? rate * batchRows : rate, momentum: 0 }
  const trainer = new Trainers[optimizer === 'adam' ? 'Adam' : 'SGD'](network, options)
  const prepare = (flat, count) => toRows(flat, count).map((row) => new Tensor(1, 1, row.length, new Float32Array(row)))
  const set = prepare(inputs, rows)
  const wanted = isTutorial ? toRows(targets, rows) : classesOf(targets, rows)
  const order = Array.from(set.keys())
  return {
    note: hasTwoClasses ? 'softmax of two classes' : undefined,
    run(epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        if (shuffles) shuffle(order)
        for (const row of order) trainer.train(set[row], wanted[row])
      }
    },
    prepare,
    predict: (prepared) => prepared.map((row) => network.forward(row, false).w.slice()),
    values: (predicted) => predicted.flatMap((row) => (hasTwoClasses ? [row[1]] : Array.from(row))),
  }
}

function layersOf(sizes, activations, isTutorial, hasTwoClasses) {
  const layers = [{ type: 'input', sx: 1, sy: 1, sz: sizes[0] }]
  for (const [index, activation] of activations.entries()) {
    const isLast = index === activations.length - 1
    layers.push({ type: 'dense', filters: isLast && hasTwoClasses ? 2 : sizes[index + 1] })
    if (!isLast || isTutorial) layers.push({ type: activation })
  }
  layers.push({ type: isTutorial ? 'regression' : 'softmax' })
  return layers
}
