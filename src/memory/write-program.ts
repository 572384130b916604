// Writes the program of a network: what its configuration says, and where its layout has everything.
import { FLOAT32, FLOAT64 } from '../../assembly/ids.ts'
import { LAYER_SIZE, PROGRAM, PROGRAM_SIZE } from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import { SPLIT_BYTES, SPLIT_PRODUCT } from '../config/threads.ts'
import { activations } from '../tables/activations.ts'
import { losses } from '../tables/losses.ts'
import { optimizers } from '../tables/optimizers.ts'
import type { Layout } from './layout.ts'
import { Fields, LAYER_RECORD, optimizerSlot, Program, TEAM_RECORD } from './program.ts'

const RECORDS = PROGRAM + PROGRAM_SIZE

type ProgramFields = Parameters<Program['set']>[0]

/** Writes it into zeroed memory. */
export function writeProgram(buffer: ArrayBufferLike, layout: Layout, config: ResolvedConfig): void {
  const program = new Program(buffer)
  program.set({
    dtype: config.dtype === 'float32' ? FLOAT32 : FLOAT64,
    seed: config.seed,
    layers: RECORDS,
    layerCount: layout.layers.length,
    ...placesOf(layout),
    ...lossFields(config),
    ...optimizerFields(config),
    ...changeableFields(config),
  })
  const { options } = config.optimizer
  const { slots, running } = optimizers[config.optimizer.name]
  for (const [option, offset] of Object.entries(slots)) {
    program.optimizerValues[optimizerSlot(offset)] = Number(options[option])
  }
  for (const [offset, value] of Object.entries(running)) program.optimizerValues[optimizerSlot(Number(offset))] = value
  writeLayers(buffer, layout, config)
  const { team, threads } = layout
  if (team === 0) return
  new Fields(TEAM_RECORD, buffer, team).set({ threads, splitBytes: SPLIT_BYTES, splitProduct: SPLIT_PRODUCT })
}

/** Writes what of a configuration may change while its network lives. */
export function writeChanges(buffer: ArrayBufferLike, layout: Layout, config: ResolvedConfig): void {
  new Program(buffer).set(changeableFields(config))
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
    ...(parameter ? { lossParameter: Number(loss.options[parameter]) } : {}),
  }
}

function optimizerFields({ optimizer }: ResolvedConfig): ProgramFields {
  const { id, decouplesDecay = false } = optimizers[optimizer.name]
  return {
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
    const { activation, trainsBiases, isTrainable, dropout } = config.layers[index]
    const { id, parameter } = activations[activation.name]
    new Fields(LAYER_RECORD, buffer, RECORDS + index * LAYER_SIZE).set({
      ...layer,
      activation: id,
      trainsBiases: Number(isTrainable && trainsBiases),
      trainsWeights: Number(isTrainable),
      dropoutThreshold: Math.floor(dropout * 2 ** 32),
      keptFactor: 1 / (1 - dropout),
      ...(parameter ? { activationParameter: Number(activation.options[parameter]) } : {}),
    })
  })
}
