// Puts the numbers that parameters start with into linear memory.
import { PROGRAM } from '../../assembly/program.ts'
import { valuesOf } from '../numerics/values.ts'
import type { initialize } from '../tables/draw.ts'
import { BIASES, type ChosenInitializer, distributionOf, initializers, WEIGHTS } from '../tables/initializers.ts'
import type { Owner } from './layout.ts'

/** What draws normal numbers; undefined where `drawsNormals` says that there are none */
type Draw = typeof initialize | undefined

export function drawsNormals({ layers }: Owner['config']): boolean {
  const chosen = layers.flatMap(({ weightInit, biasInit }) => [weightInit, biasInit])
  return chosen.some((init) => !Array.isArray(init) && initializers[init.name].isNormal)
}

/** Draws the initial parameters. */
export function initializeLayers(owner: Owner, draw: Draw): void {
  owner.config.layers.forEach(({ weightInit, biasInit }, index) => {
    if (Array.isArray(weightInit)) writePart(owner, index, WEIGHTS, weightInit.flat())
    else drawPart(owner, index, WEIGHTS, weightInit, draw)
    if (Array.isArray(biasInit)) writePart(owner, index, BIASES, biasInit)
    else drawPart(owner, index, BIASES, biasInit, draw)
  })
}

/** Weights or biases of a layer. Uniform and equal ones, which most are, come from the engine: WebAssembly takes a tenth of the time. */
function drawPart(owner: Owner, index: number, part: number, chosen: ChosenInitializer, draw: Draw): void {
  const { inputs, units } = owner.layout.layers[index]
  const distribution = distributionOf(chosen, inputs, units)
  if (distribution.kind === 'uniform') {
    owner.engine.drawUniform(PROGRAM, index, part, distribution.low, distribution.width)
  } else {
    const drawn = (draw as typeof initialize)(chosen, inputs, units, owner.config.seed, index, part)
    writePart(owner, index, part, drawn)
  }
}

/** `numbers` row by row without gaps */
function writePart(owner: Owner, index: number, part: number, numbers: ArrayLike<number>): void {
  const { bytesPerValue, layers } = owner.layout
  const { units, stride, weights, biases } = layers[index]
  const values = valuesOf(owner.engine.buffer, owner.config.dtype)
  let target = (part === WEIGHTS ? weights : biases) / bytesPerValue
  for (let row = 0; row < numbers.length; row += units, target += stride / bytesPerValue) {
    for (let unit = 0; unit < units; unit++) values[target + unit] = numbers[row + unit]
  }
}
