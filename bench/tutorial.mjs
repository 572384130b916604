// The tutorial's network, 2-3-1 sigmoids on 3 rows in float64: both engines, plain JavaScript and NumPy, µs per epoch.
import { tutorialData as data } from './data.mjs'
import { measure, scale } from './measure.mjs'
import { goal, nearTo, sameBits, summaryCells, summaryColumns, times } from './report.mjs'
import { createTutorial, EPOCHS, RATE } from './tutorial-variants.mjs'
import { inPython, inThread } from './variants.mjs'

const TOLERANCE = 1e-9
/** NumPy trains this part of the epochs in a call: samples as short as the others' */
const NUMPY_SHARE = 20

function startNumPy(layers) {
  const matrix = (values, columns) =>
    Array.from({ length: data.rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)))
  return inPython('NumPy', 'tutorial.py', {
    inputs: matrix(data.inputs, 2),
    targets: matrix(data.targets, 1),
    layers: layers.flatMap(({ weights, biases }) => [weights, biases]),
    rate: RATE,
    epochs: EPOCHS / NUMPY_SHARE,
  })
}

async function startVariants() {
  const network = await createTutorial('wasm')
  const layers = network.getWeights()
  network.dispose()
  const thread = (name, options) => inThread(name, './tutorial-variants.mjs', options)
  const variants = [
    await thread('wasm', { engine: 'wasm' }),
    await thread('typescript', { engine: 'typescript' }),
    await thread('plain JavaScript', { loop: 'typedArrays', layers }),
    await thread('plain JavaScript, unrolled for 2-3-1', { loop: 'unrolled', layers }),
    await startNumPy(layers),
  ]
  return variants.filter((variant) => variant !== undefined)
}

/** The tutorial's epochs from the same weights leads to the same ones. */
async function prove(variants) {
  for (const variant of variants) await variant.sample(EPOCHS / variant.work)
  const [wasm, typescript, ...others] = await Promise.all(variants.map(({ result }) => result()))
  const near = others.map((other, index) => nearTo(variants[index + 2].name, wasm, other, TOLERANCE))
  return [sameBits(`${EPOCHS} epochs`, wasm, typescript), ...near]
}

export async function run({ quick }) {
  const variants = await startVariants()
  const proofs = await prove(variants)
  const milliseconds = await measure(variants, { seconds: quick ? 5 : 30 })
  for (const { stop } of variants) stop()
  const results = Object.entries(milliseconds).map(([name, summary]) => [name, scale(summary, 1000)])
  const ratioOf = (name) => (milliseconds[name]?.min ?? Number.NaN) / milliseconds.wasm.min
  return {
    title: `Tutorial network, 2-3-1, float64, µs per epoch of ${data.rows} rows`,
    proofs,
    tables: [
      {
        columns: ['', ...summaryColumns, 'min : wasm'],
        rows: results.map(([name, summary]) => [name, ...summaryCells(summary), times(ratioOf(name))]),
      },
    ],
    notes: milliseconds.NumPy ? [] : ['NumPy: no python3 with numpy was found.'],
    goals: [
      goal('tutorial: wasm against plain JavaScript', ratioOf('plain JavaScript'), 3, times),
      goal('tutorial: wasm against NumPy', ratioOf('NumPy'), 100, times),
    ],
    results: Object.fromEntries(results),
  }
}
