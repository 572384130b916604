// Writes the program of a network: what its configuration says, and where its layout has everything.
import { FLOAT32, FLOAT64 } from '../../assembly/ids.ts'
import { LAYER_SIZE, PROGRAM, PROGRAM_SIZE } from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import { SPLIT_BYTES, SPLIT_PRODUCT } from '../config/threads.ts'
import { activationOf } from '../tables/activations.ts'
import { lossOf } from '../tables/losses.ts'
import { optimizerOf } from '../tables/optimizers.ts'
import type { Layout } from './layout.ts'
import { LayerRecord, optimizerSlot, Program, TeamRecord } from './program.ts'

/** Writes it into zeroed memory. */
export function writeProgram(buffer: ArrayBufferLike, layout: Layout, config: ResolvedConfig): void {
  const program = new Program(buffer)
  program.dtype = config.dtype === 'float32' ? FLOAT32 : FLOAT64
  program.seed = config.seed
  placeProgram(program, layout)
  writeLoss(program, config)
  writeOptimizer(program, config)
  writeAdjustments(program, config)
  writeLayers(buffer, layout, config)
  const { team, threads } = layout
  if (team) new TeamRecord(buffer, team).set({ threads, splitBytes: SPLIT_BYTES, splitProduct: SPLIT_PRODUCT })
}

/** Writes what of a configuration may change while its network lives. */
export function writeChanges(buffer: ArrayBufferLike, layout: Layout, config: ResolvedConfig): void {
  const program = new Program(buffer)
  program.learningRate = config.learningRate.initial
  program.weightDecay = Number(config.optimizer.options.weightDecay)
  writeAdjustments(program, config)
  writeLayers(buffer, layout, config)
}

function placeProgram(program: Program, layout: Layout): void {
  const { parameters, parameterBytes, gradients, blockRows, inputBlock, inputStride, targetBlock, targetStride } =
    layout
  const { weightBlock, lossColumns, zeros, packed, transposed, team } = layout
  program.set({ parameters, parameterBytes, gradients, state: parameters + parameterBytes })
  program.set({ blockRows, inputBlock, inputStride, targetBlock, targetStride })
  program.set({ weightBlock, weightColumns: 1, lossColumns, zeros, packed, transposed, team })
}

function writeLoss(program: Program, { loss, outputs }: ResolvedConfig): void {
  const { id, isMeanOverRows, activation, lossFactor, gradientFactor, parameter } = lossOf(loss)
  program.loss = id
  program.meanOverRows = Number(isMeanOverRows)
  program.containsActivation = Number(activation !== undefined)
  program.lossFactor = lossFactor(outputs, loss.options)
  program.gradientFactor = gradientFactor(outputs, loss.options)
  if (parameter) program.lossParameter = Number(loss.options[parameter])
}

function writeOptimizer(program: Program, { optimizer, learningRate }: ResolvedConfig): void {
  const { options } = optimizer
  const { id, slots, running, decouplesDecay = false } = optimizerOf(optimizer)
  const { optimizerValues } = program
  for (const [option, offset] of Object.entries(slots)) optimizerValues[optimizerSlot(offset)] = Number(options[option])
  for (const [offset, value] of Object.entries(running)) optimizerValues[optimizerSlot(Number(offset))] = value
  program.optimizer = id
  program.learningRate = learningRate.initial
  program.weightDecay = Number(options.weightDecay)
  program.decaysBiases = Number(options.decayBiases)
  program.decouplesDecay = Number(decouplesDecay)
}

/** What is done to gradients before the optimizer sees them */
function writeAdjustments(program: Program, { regularization, clipValue, clipNorm, optimizer }: ResolvedConfig): void {
  const { l1, l2 } = regularization
  program.set({ l1, l2, clipValue, clipNorm })
  program.adjustsGradients = Number([l1, l2, clipValue, clipNorm, optimizer.options.weightDecay].some(Boolean))
}

function writeLayers(buffer: ArrayBufferLike, { layers }: Layout, config: ResolvedConfig): void {
  const records = PROGRAM + PROGRAM_SIZE
  new Program(buffer).set({ layers: records, layerCount: layers.length })
  layers.forEach((layer, index) => {
    const { activation, trainsBiases, isTrainable, dropout } = config.layers[index]
    const { id, parameter } = activationOf(activation)
    new LayerRecord(buffer, records + index * LAYER_SIZE).set({
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
