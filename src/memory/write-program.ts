// Writes the program of a network: what its configuration says, and where its layout has everything.
import { FLOAT32, FLOAT64 } from '../../assembly/ids.ts'
import { LAYER_SIZE, PROGRAM, PROGRAM_SIZE } from '../../assembly/program.ts'
import type { ResolvedConfig, ResolvedLayer } from '../config/config.ts'
import { SPLIT_BYTES, SPLIT_PRODUCT } from '../config/threads.ts'
import type { Engine } from '../engine.ts'
import { LAYER_RECORD, optimizerSlot, type Program, TEAM_RECORD, writeFields } from '../program.ts'
import { activations } from '../tables/activations.ts'
import { losses } from '../tables/losses.ts'
import { optimizers } from '../tables/optimizers.ts'
import type { LayerLayout, Layout } from './layout.ts'

const RECORDS = PROGRAM + PROGRAM_SIZE

type Written = Pick<Engine, 'buffer' | 'program'>
type ProgramFields = Parameters<Program['set']>[0]

/** Writes it into zeroed memory. */
export function writeProgram({ buffer, program }: Written, layout: Layout, config: ResolvedConfig): void {
  program.set(placesOf(layout), networkFields(config), lossFields(config), changeableFields(config))
  const { options } = config.optimizer
  const { optimizerValues } = program
  const { slots, running } = optimizers[config.optimizer.name]
  for (const [option, offset] of Object.entries(slots)) {
    optimizerValues[optimizerSlot(offset)] = Number(options[option])
  }
  for (const [offset, value] of Object.entries(running)) optimizerValues[optimizerSlot(Number(offset))] = value
  writeLayers(buffer, layout, config)
  const { team, threads } = layout
  if (team === 0) return
  writeFields(TEAM_RECORD, buffer, team, { threads, splitBytes: SPLIT_BYTES, splitProduct: SPLIT_PRODUCT })
}

/** Writes what of a configuration may change while its network lives. */
export function writeChanges({ buffer, program }: Written, layout: Layout, config: ResolvedConfig): void {
  program.set(changeableFields(config))
  writeLayers(buffer, layout, config)
}

function placesOf(layout: Layout): ProgramFields {
  const { parameters, parameterBytes, gradients, blockRows, inputBlock, inputStride, targetBlock, targetStride } =
    layout
  const { weightBlock, lossColumns, zeros, packed, transposed, team } = layout
  return {
    parameters,
    parameterBytes,
    gradients,
    state: parameters + parameterBytes,
    blockRows,
    inputBlock,
    inputStride,
    targetBlock,
    targetStride,
    weightBlock,
    weightColumns: 1,
    lossColumns,
    zeros,
    packed,
    transposed,
    team,
  }
}

function lossFields({ loss, outputs }: ResolvedConfig): ProgramFields {
  const { id, isMeanOverRows, activation, lossFactor, gradientFactor, parameter } = losses[loss.name]
  return {
    loss: id,
    meanOverRows: Number(isMeanOverRows),
    containsActivation: Number(activation !== undefined),
    lossFactor: lossFactor(outputs, loss.options),
    gradientFactor: gradientFactor(outputs, loss.options),
    lossParameter: parameter ? Number(loss.options[parameter]) : 0,
  }
}

function networkFields({ dtype, seed, layers, optimizer }: ResolvedConfig): ProgramFields {
  const { id, decouplesDecay = false } = optimizers[optimizer.name]
  return {
    dtype: dtype === 'float32' ? FLOAT32 : FLOAT64,
    seed,
    layers: RECORDS,
    layerCount: layers.length,
    optimizer: id,
    decaysBiases: Number(optimizer.options.decayBiases),
    decouplesDecay: Number(decouplesDecay),
  }
}

/** The rate, and what is done to gradients before the optimizer sees them */
function changeableFields(config: ResolvedConfig): ProgramFields {
  const { learningRate, regularization, clipValue, clipNorm, optimizer } = config
  const { l1, l2 } = regularization
  const weightDecay = Number(optimizer.options.weightDecay)
  const adjustsGradients = Number([l1, l2, clipValue, clipNorm, weightDecay].some(Boolean))
  return { learningRate: learningRate.initial, weightDecay, l1, l2, clipValue, clipNorm, adjustsGradients }
}

function writeLayers(buffer: ArrayBufferLike, { layers }: Layout, config: ResolvedConfig): void {
  layers.forEach((layer, index) => {
    const fields = layerFields(layer, config.layers[index])
    writeFields(LAYER_RECORD, buffer, RECORDS + index * LAYER_SIZE, fields)
  })
}

/** By name: spreading the layout of a layer would take longer than writing it. */
function layerFields(layer: LayerLayout, { activation, trainsBiases, isTrainable, dropout }: ResolvedLayer) {
  const { id, parameter } = activations[activation.name]
  const { inputs, units, stride, weights, biases, weightGradients, biasGradients } = layer
  const { nets, outputs, deltas, dropped, kept } = layer
  return {
    inputs,
    units,
    stride,
    weights,
    biases,
    weightGradients,
    biasGradients,
    nets,
    outputs,
    deltas,
    dropped,
    kept,
    activation: id,
    activationParameter: parameter ? Number(activation.options[parameter]) : 0,
    trainsBiases: Number(isTrainable && trainsBiases),
    trainsWeights: Number(isTrainable),
    dropoutThreshold: Math.floor(dropout * 2 ** 32),
    keptFactor: 1 / (1 - dropout),
  }
}
