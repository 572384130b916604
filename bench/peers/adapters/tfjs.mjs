// TensorFlow.js, its lean way: variables and `optimizer.minimize` per batch (`model.fit` takes three times as long on small
// networks).
import * as tf from '@tensorflow/tfjs'
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm'

let isReady = false

async function start(backend) {
  if (isReady) return
  setThreadsCount(1)
  await tf.setBackend(backend)
  await tf.ready()
  isReady = true
}

export async function create(task, { rows, inputs, targets }) {
  const { sizes, activations, loss, optimizer, rate, batchRows, shuffles, backend } = task
  await start(backend)
  const x = tf.tensor2d(Float32Array.from(inputs), [rows, sizes[0]])
  const y = tf.tensor2d(Float32Array.from(targets), [rows, sizes.at(-1)])
  const layers = makeLayers(sizes, activations)
  const parameters = layers.flat()
  const trainer = tf.train[optimizer](rate)
  const isTutorial = loss === 'halfSquaredError'
  const netsOf = (given) =>
    layers.reduce((a, [b, bias], index) => {
      const isLinear = index === layers.length - 1 && !isTutorial
      return tf.fused.matMul({ a, b, bias, activation: isLinear ? 'linear' : activations[index] })
    }, given)
  const losses = {
    halfSquaredError: (wanted, nets) => tf.mul(0.5, tf.sum(tf.square(tf.sub(nets, wanted)))),
    binaryCrossEntropy: (wanted, nets) => tf.losses.sigmoidCrossEntropy(wanted, nets),
    categoricalCrossEntropy: (wanted, nets) => tf.losses.softmaxCrossEntropy(wanted, nets),
  }
  const step = (given, wanted) => void trainer.minimize(() => losses[loss](wanted, netsOf(given)), false, parameters)
  const batches = (order, run) => {
    for (let first = 0; first < rows; first += batchRows) {
      const count = Math.min(batchRows, rows - first)
      tf.tidy(() => {
        const part = (all) =>
          order
            ? tf.gather(all, tf.tensor1d(order.subarray(first, first + count), 'int32'))
            : tf.slice(all, [first, 0], [count, all.shape[1]])
        run(part(x), part(y))
      })
    }
  }
  const outputs = {
    halfSquaredError: (nets) => nets,
    binaryCrossEntropy: tf.sigmoid,
    categoricalCrossEntropy: tf.softmax,
  }
  return {
    run(epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = shuffles ? Int32Array.from({ length: rows }, (_, row) => row) : undefined
        if (order) tf.util.shuffle(order)
        if (batchRows >= rows && !shuffles) tf.tidy(() => step(x, y))
        else batches(order, step)
      }
      parameters[0].dataSync() // waits for the end
    },
    prepare: (flat, count) => ({ values: Float32Array.from(flat), shape: [count, sizes[0]] }),
    predict: ({ values, shape }) => tf.tidy(() => outputs[loss](netsOf(tf.tensor2d(values, shape))).dataSync()),
    values: (predicted) => predicted,
    dispose: () => tf.dispose([x, y, ...parameters]),
  }
}

function makeLayers(sizes, activations) {
  return activations.map((activation, index) => {
    const reach = Math.sqrt((activation === 'relu' ? 6 : 3) / sizes[index])
    const weights = tf.randomUniform([sizes[index], sizes[index + 1]], -reach, reach)
    return [tf.variable(weights), tf.variable(tf.zeros([sizes[index + 1]]))]
  })
}
