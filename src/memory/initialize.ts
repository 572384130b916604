// Puts the numbers that parameters start with into linear memory.
import { PROGRAM } from '../../assembly/program.ts'
import { valuesOf } from '../numerics/values.ts'
import { BIASES, type ChosenInitializer, distributionOf, initialize, WEIGHTS } from '../tables/initializers.ts'
import type { NetworkState } from './state.ts'

/** Draws the initial parameters. */
export function initializeLayers(state: NetworkState): void {
  state.config.layers.forEach(({ weightInit, biasInit }, index) => {
    if (Array.isArray(weightInit)) writePart(state, index, WEIGHTS, weightInit.flat())
    else drawPart(state, index, WEIGHTS, weightInit)
    if (Array.isArray(biasInit)) writePart(state, index, BIASES, biasInit)
    else drawPart(state, index, BIASES, biasInit)
  })
}

/** Weights or biases of a layer. Uniform ones, which most are, come from the engine: WebAssembly takes a tenth of the time. */
function drawPart(state: NetworkState, index: number, part: number, initializer: ChosenInitializer): void {
  const { inputs, units } = state.layout.layers[index]
  const distribution = distributionOf(initializer, inputs, units)
  if (typeof distribution === 'object') {
    state.engine.drawUniform(PROGRAM, index, part, distribution.low, distribution.width)
  } else {
    writePart(state, index, part, initialize(initializer, inputs, units, state.config.seed, index, part))
  }
}

/** `numbers` row by row without gaps */
function writePart(state: NetworkState, index: number, part: number, numbers: ArrayLike<number>): void {
  const { bytesPerValue, layers } = state.layout
  const { units, stride, weights, biases } = layers[index]
  const values = valuesOf(state.engine.buffer, state.config.dtype)
  let target = (part === WEIGHTS ? weights : biases) / bytesPerValue
  for (let row = 0; row < numbers.length; row += units, target += stride / bytesPerValue) {
    for (let unit = 0; unit < units; unit++) values[target + unit] = numbers[row + unit]
  }
}
