// What every place must compute alike: create, train, predict and hash in float64 and float32. Plain JavaScript, since a
// page loads it as it is; no Math function whose last bit differs between engines.

/** Two small networks, trained with the given `createNetwork`, of a worker or not; results are plain data. */
export async function scenario({ createNetwork }, engine = 'auto') {
  const tutorial = await trainTutorial(createNetwork, engine)
  const classifier = await trainClassifier(createNetwork, engine)
  return {
    hashes: [await tutorial.weightsHash(), await classifier.weightsHash()],
    predictions: [await tutorial.predict(SCORES.inputs), await classifier.predict(flowers(9, 77).inputs)],
    engine: tutorial.engine,
  }
}

const SCORES = {
  inputs: [
    [2, 9],
    [1, 5],
    [3, 6],
  ],
  targets: [[92], [86], [89]],
}

// The network of the README
async function trainTutorial(createNetwork, engine) {
  const start = { name: 'uniform', low: 0, high: 1 }
  const network = await createNetwork({
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start },
      { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    scaling: { inputs: 'max', targets: { divideBy: 100 } },
    dtype: 'float64',
    seed: 1,
    engine,
  })
  await network.train(SCORES.inputs, SCORES.targets, { epochs: 7000, batchSize: 'full' })
  return network
}

async function trainClassifier(createNetwork, engine) {
  const network = await createNetwork({
    inputs: 4,
    layers: [
      { units: 17, activation: 'tanh' },
      { units: 10, activation: 'relu' },
      { units: 3, activation: 'softmax' },
    ],
    loss: 'categoricalCrossEntropy',
    optimizer: { name: 'adam', learningRate: 0.01 },
    scaling: { inputs: 'standard' },
    dtype: 'float32',
    seed: 2,
    engine,
  })
  const { inputs, classes } = flowers(150, 1)
  await network.train(inputs, classes, { epochs: 5, batchSize: 16 })
  return network
}

/** Rows of four numbers around one of three centers, and the number of the center. */
function flowers(rows, seed) {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const classes = Array.from({ length: rows }, (_, row) => row % 3)
  const inputs = classes.map((center) => [0, 1, 2, 3].map((column) => 3 * next() + ((center + 1) * (column + 1)) / 3))
  return { inputs, classes }
}
