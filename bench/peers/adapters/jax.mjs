// jax-js on its wasm backend: one compiled step (gradient and update) for each number of rows. What it takes it consumes:
// `ref` keeps.
import * as jax from '@jax-js/jax'
import { shuffle } from './rows.mjs'

const { numpy, nn, jit, grad } = jax
await jax.init('wasm')
jax.defaultDevice('wasm')

const array = (flat, shape) => numpy.array(Float32Array.from(flat)).reshape(shape)
/** Compiled steps are kept between models, so that tracing counts as cold only. */
const steps = new Map()

function netsOf(activations, parameters, x) {
  return activations.reduce((given, activation, index) => {
    const nets = numpy.matmul(given, parameters[2 * index]).add(parameters[2 * index + 1])
    return index === activations.length - 1 ? nets : activation === 'relu' ? nn.relu(nets) : nn.sigmoid(nets)
  }, x)
}

const outputs = { halfSquaredError: nn.sigmoid, binaryCrossEntropy: nn.sigmoid, categoricalCrossEntropy: nn.softmax }

const losses = {
  halfSquaredError(nets, y) {
    const error = nn.sigmoid(nets).sub(y)
    return error.ref.mul(error).sum().mul(0.5)
  },
  binaryCrossEntropy: (nets, y, rows) =>
    nn
      .softplus(nets.ref)
      .sub(nets.mul(y))
      .sum()
      .mul(1 / rows),
  categoricalCrossEntropy: (nets, y, rows) =>
    nn
      .logSoftmax(nets)
      .mul(y)
      .sum()
      .mul(-1 / rows),
}

function sgdStep({ activations, loss, rate }, rows) {
  const gradient = grad((parameters, x, y) => losses[loss](netsOf(activations, parameters, x), y, rows))
  return jit((parameters, x, y) => {
    const gradients = gradient(
      parameters.map((each) => each.ref),
      x,
      y,
    )
    return parameters.map((each, index) => each.sub(gradients[index].mul(rate)))
  })
}

/** `rate` and `correction` hold Adam's bias corrections of the step. */
function adamStep({ activations, loss }, rows) {
  const gradient = grad((parameters, x, y) => losses[loss](netsOf(activations, parameters, x), y, rows))
  return jit((parameters, m, v, rate, correction, x, y) => {
    const gradients = gradient(
      parameters.map((each) => each.ref),
      x,
      y,
    )
    const updated = parameters.map((each, index) => {
      const g = gradients[index]
      const first = m[index].mul(0.9).add(g.ref.mul(0.1))
      const second = v[index].mul(0.999).add(g.ref.mul(g).mul(0.001))
      const moved = first.ref.mul(rate.ref).div(numpy.sqrt(second.ref.mul(correction.ref)).add(1e-8))
      return [each.sub(moved), first, second]
    })
    rate.dispose()
    correction.dispose()
    return [0, 1, 2].map((part) => updated.map((each) => each[part]))
  })
}

export async function create(task, { rows, inputs, targets }) {
  const { sizes, activations, loss, optimizer, rate, batchRows, shuffles } = task
  let parameters = activations.flatMap((activation, index) => {
    const [from, to] = [sizes[index], sizes[index + 1]]
    const reach = Math.sqrt((activation === 'relu' ? 6 : 3) / from)
    const weights = Float32Array.from({ length: from * to }, () => (2 * Math.random() - 1) * reach)
    return [array(weights, [from, to]), array(new Float32Array(to), [to])]
  })
  const isAdam = optimizer === 'adam'
  let m = isAdam ? parameters.map((each) => numpy.zeros(each.shape)) : []
  let v = isAdam ? parameters.map((each) => numpy.zeros(each.shape)) : []
  let done = 0
  const [x, y] = [Float32Array.from(inputs), Float32Array.from(targets)]
  const order = Array.from({ length: rows }, (_, row) => row)
  const stepFor = (count) => {
    if (!steps.has(count)) steps.set(count, (isAdam ? adamStep : sgdStep)(task, count))
    return steps.get(count)
  }
  const gather = (flat, width, first, count) => {
    const part = new Float32Array(count * width)
    for (let i = 0; i < count; i++) {
      const row = order[first + i]
      part.set(flat.subarray(row * width, (row + 1) * width), i * width)
    }
    return array(part, [count, width])
  }
  const step = (first, count) => {
    const [given, wanted] = [gather(x, sizes[0], first, count), gather(y, sizes.at(-1), first, count)]
    done++
    if (!isAdam) parameters = stepFor(count)(parameters, given, wanted)
    else {
      const corrected = numpy.array(rate / (1 - 0.9 ** done))
      const correction = numpy.array(1 / (1 - 0.999 ** done))
      ;[parameters, m, v] = stepFor(count)(parameters, m, v, corrected, correction, given, wanted)
    }
  }
  const forward = jit((all, given) => outputs[loss](netsOf(activations, all, given)))
  return {
    async run(epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        if (shuffles) shuffle(order)
        for (let first = 0; first < rows; first += batchRows) step(first, Math.min(batchRows, rows - first))
      }
      await jax.blockUntilReady(parameters)
    },
    prepare: (flat, count) => ({ values: Float32Array.from(flat), shape: [count, sizes[0]] }),
    predict: ({ values, shape }) =>
      forward(
        parameters.map((each) => each.ref),
        numpy.array(values).reshape(shape),
      ).dataSync(),
    values: (predicted) => predicted,
    dispose() {
      for (const each of [...parameters, ...m, ...v]) each.dispose()
    },
  }
}
