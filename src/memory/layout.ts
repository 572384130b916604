// The only place that decides where numbers lie in linear memory.
//
//   PROGRAM   layers    parameters  states   gradients   safe point       workspace                 data set
//   ┌─────────┬─────────┬───────────┬────────┬───────────┬────────────────┬─────────────────────────┬──────────────────┐
//   │ header  │ records │ W b W b … │ as par.│ as param. │ copy of param. │ blocks of rows, scratch │ rows, order, …   │
//   └─────────┴─────────┴───────────┴────────┴───────────┴────────────────┴─────────────────────────┴──────────────────┘
//                                                          and states        of fixed size             of one `train`
import * as P from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import type { Engine } from '../engine.ts'
import { unexpected } from '../errors.ts'
import { activations } from '../tables/activations.ts'
import { hasManyClasses, losses } from '../tables/losses.ts'
import { optimizers } from '../tables/optimizers.ts'

const ALIGNMENT = 64
const VECTOR = 16
const PAGE = 65536
/** WebAssembly's 4 GiB, less a page so that every end is still a 32-bit number. */
const LARGEST_MEMORY = 2 ** 32 - PAGE
/** The blocks of rows that a batch is worked through in stay within this, if they can. */
const WORKSPACE_BYTES = 2 ** 22
const LEAST_BLOCK_ROWS = 16
export const MOST_BLOCK_ROWS = 256
/** Epochs whose losses fit into one call of the engine */
const EPOCH_LOSSES = 1024
/** Steps whose rates fit into one call, under a schedule */
const STEP_RATES = 1024

export interface LayerLayout {
  readonly inputs: number
  readonly units: number
  /** Bytes from one row of the weights or of a block to the next */
  readonly stride: number
  /** Addresses of W (inputs × units) and b, and of their gradients */
  readonly weights: number
  readonly biases: number
  readonly weightGradients: number
  readonly biasGradients: number
  readonly nets: number
  readonly outputs: number
  readonly deltas: number
  /** Of layers with dropout: outputs as they are handed on, and what they were multiplied by; else 0 */
  readonly dropped: number
  readonly kept: number
}

/** All addresses of a network, in bytes; or of as many as a vector has lanes, whose matrices have vectors for elements */
export interface Layout {
  /** 1, or how many networks are trained together */
  readonly lanes: number
  /** The table of the lanes; 0 for a single network */
  readonly laneTable: number
  readonly bytesPerValue: 4 | 8
  readonly layers: readonly LayerLayout[]
  readonly parameters: number
  readonly parameterBytes: number
  /** Parameters and states lie together from `parameters` on; the copy at `safePoint` is as long. */
  readonly trainedBytes: number
  readonly gradients: number
  readonly safePoint: number
  readonly blockRows: number
  readonly inputBlock: number
  readonly inputStride: number
  readonly targetBlock: number
  readonly targetStride: number
  /** Whether targets may lie there as class numbers: src/tables/losses.ts */
  readonly hasManyClasses: boolean
  /** A float64 per row of a block */
  readonly weightBlock: number
  readonly lossColumns: number
  readonly zeros: number
  readonly packed: number
  readonly transposed: number
  readonly threads: number
  /** What the threads share; 0 where there is one */
  readonly team: number
  /** Where the data set begins; the bytes that the network takes without one */
  readonly end: number
}

/** Whose memory it is: what this room knows of a network */
export interface Owner {
  readonly config: ResolvedConfig
  readonly engine: Engine
  readonly layout: Layout
}

/** What the data set of one `train` consists of */
export interface DataShape {
  /** Rows to train on; 0: none, as with a stream */
  readonly rows: number
  readonly validationRows: number
  readonly isShuffled: boolean
  readonly isWeighted: boolean
  /** Of a row, where rows are weighted: one for each output; undefined: 1 */
  readonly weightColumns: number | undefined
  /** Whether steps have rates of their own */
  readonly hasRates: boolean
  /** Whether targets lie there as a class number each, not as rows; undefined: they do not */
  readonly classTargets: true | undefined
}

/** Rows that are trained on in batches */
export interface BatchedShape extends DataShape {
  readonly batchRows: number
}

/** The data set of one `train` behind a layout */
export interface DataLayout {
  readonly inputs: number
  /** Rows of `targetStride` bytes, or where `classTargets` a number of the network's type for each row: its class */
  readonly targets: number
  readonly targetStride: number
  readonly classTargets: boolean
  readonly validationInputs: number
  readonly validationTargets: number
  /** A float64 per row; 0 where all count 1 */
  readonly weights: number
  /** 0 where the rows are taken as they lie */
  readonly order: number
  readonly epochLosses: number
  readonly epochLossesCapacity: number
  /** Room for the rates of this many steps; 0 where all have the same */
  readonly rates: number
  readonly ratesCapacity: number
  readonly end: number
}

/** Hands out addresses one after another; numbers, not pointers, so that what is too large can still be counted. */
class Addresses {
  next: number

  constructor(start: number) {
    this.next = align(start, ALIGNMENT)
  }

  take(bytes: number, alignment = ALIGNMENT): number {
    const address = align(this.next, alignment)
    this.next = address + bytes
    return address
  }
}

function align(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment
}

/**
 * Decides all addresses of a network on so many threads, or of networks that are trained together in so many lanes. Throws
 * OUT_OF_MEMORY for what WebAssembly's 4 GiB cannot hold.
 */
export function layOut(config: ResolvedConfig, threads = 1, lanes = 1): Layout {
  const bytesPerValue = config.dtype === 'float32' ? 4 : 8
  const strideOf = (columns: number) => align(columns * lanes * bytesPerValue, VECTOR)
  const inputStride = strideOf(config.inputs)
  const targetStride = strideOf(config.outputs)

  const offsets = parameterOffsets(config, strideOf)
  const addresses = new Addresses(P.PROGRAM + P.PROGRAM_SIZE + config.layers.length * P.LAYER_SIZE)
  const parameterBytes = align(offsets.bytes, ALIGNMENT)
  const trainedBytes = parameterBytes * (1 + optimizers[config.optimizer.name].stateBlocks(config.optimizer.options))
  const parameters = addresses.take(trainedBytes)
  const gradients = addresses.take(parameterBytes)
  const safePoint = addresses.take(trainedBytes)

  const keepsNets = config.layers.map((_, index) => readsNets(config, index))
  const { blockRows, widest, transposedBytes } = measure(config, strideOf, keepsNets)
  const inputBlock = addresses.take(blockRows * inputStride)
  const targetBlock = addresses.take(blockRows * targetStride)
  const layers = config.layers.map((layer, index): LayerLayout => {
    const { weights, biases } = offsets.layers[index]
    const block = blockRows * strideOf(layer.units)
    return {
      inputs: layer.inputs,
      units: layer.units,
      stride: strideOf(layer.units),
      weights: parameters + weights,
      biases: parameters + biases,
      weightGradients: gradients + weights,
      biasGradients: gradients + biases,
      ...layOutBlocks(addresses, block, keepsNets[index], layer.dropout > 0),
    }
  })
  const layout: Layout = {
    lanes,
    laneTable: lanes > 1 ? addresses.take(P.LANE_TABLE_SIZE) : 0,
    bytesPerValue,
    layers,
    parameters,
    parameterBytes,
    trainedBytes,
    gradients,
    safePoint,
    blockRows,
    inputBlock,
    inputStride,
    targetBlock,
    targetStride,
    hasManyClasses: hasManyClasses(config),
    weightBlock: addresses.take(blockRows * 8 * config.outputs),
    lossColumns: addresses.take(2 * config.outputs * 8 * lanes),
    zeros: addresses.take(widest),
    packed: addresses.take(P.PACKED_BYTES * threads),
    transposed: addresses.take(transposedBytes),
    threads,
    team: threads > 1 ? addresses.take(P.TEAM_SIZE) : 0,
    end: align(addresses.next, ALIGNMENT),
  }
  refuseTooLarge(layout.end, 'layers', 'the network')
  return layout
}

type Strides = (columns: number) => number

/** Rows of a block, and the widths that rooms for all layers need */
function measure(config: ResolvedConfig, strideOf: Strides, keepsNets: readonly boolean[]) {
  let below = strideOf(config.inputs)
  let rowBytes = below + strideOf(config.outputs)
  let widest = below
  let transposedBytes = 0
  config.layers.forEach(({ units, dropout }, index) => {
    const stride = strideOf(units)
    rowBytes += stride * (2 + Number(keepsNets[index]) + (dropout > 0 ? 2 : 0))
    if (index > 0) transposedBytes = Math.max(transposedBytes, units * below)
    widest = Math.max(widest, stride)
    below = stride
  })
  const fitting = Math.floor(WORKSPACE_BYTES / rowBytes / 4) * 4
  const blockRows = Math.min(MOST_BLOCK_ROWS, Math.max(LEAST_BLOCK_ROWS, fitting))
  return { blockRows, widest, transposedBytes }
}

/** A layer's blocks of so many bytes; nets that nothing reads later are the outputs themselves. */
function layOutBlocks(addresses: Addresses, bytes: number, keepsNets: boolean, drops: boolean) {
  const outputs = addresses.take(bytes)
  return {
    nets: keepsNets ? addresses.take(bytes) : outputs,
    outputs,
    deltas: addresses.take(bytes),
    dropped: drops ? addresses.take(bytes) : 0,
    kept: drops ? addresses.take(bytes) : 0,
  }
}

/** Where weights and biases lie from the start of the parameters, the gradients and each state. */
function parameterOffsets(config: ResolvedConfig, strideOf: Strides) {
  const addresses = new Addresses(0)
  const layers = config.layers.map(({ inputs, units }) => ({
    weights: addresses.take(inputs * strideOf(units)),
    biases: addresses.take(strideOf(units), VECTOR),
  }))
  return { layers, bytes: addresses.next }
}

function readsNets(config: ResolvedConfig, index: number): boolean {
  const isOutput = index === config.layers.length - 1
  return activations[config.layers[index].activation.name].readsNets || (isOutput && losses[config.loss.name].readsNets)
}

/** Decides where the data of a `train` lies. Throws OUT_OF_MEMORY for what the 4 GiB cannot hold. */
export function layOutData(layout: Layout, shape: DataShape): DataLayout {
  const { rows, validationRows, isShuffled, isWeighted, weightColumns = 1, hasRates, classTargets = false } = shape
  const { lanes } = layout
  const targetStride = classTargets ? layout.bytesPerValue : layout.targetStride
  const addresses = new Addresses(layout.end)
  const data: DataLayout = {
    inputs: addresses.take(rows * layout.inputStride),
    targets: addresses.take(rows * targetStride),
    targetStride,
    classTargets,
    validationInputs: addresses.take(validationRows * layout.inputStride),
    validationTargets: addresses.take(validationRows * targetStride),
    weights: isWeighted ? addresses.take(rows * weightColumns * 8) : 0,
    order: isShuffled ? addresses.take(rows * 4 * lanes) : 0,
    epochLosses: addresses.take(EPOCH_LOSSES * 8 * lanes),
    epochLossesCapacity: EPOCH_LOSSES,
    rates: hasRates ? addresses.take(STEP_RATES * 8 * lanes) : 0,
    ratesCapacity: hasRates ? STEP_RATES : 0,
    end: align(addresses.next, ALIGNMENT),
  }
  const instead = !classTargets && layout.hasManyClasses ? 'class numbers instead of one-hot rows, ' : ''
  refuseTooLarge(data.end, 'inputs', `the network with ${rows + validationRows} rows of data`, instead)
  return data
}

function refuseTooLarge(bytes: number, path: string, what: string, instead = ''): void {
  if (bytes <= LARGEST_MEMORY) return
  const gigabytes = (bytes / 2 ** 30).toPrecision(3)
  const advice = `use ${instead}trainStream, which holds a batch at a time, fewer units, or float32`
  const expected = `at most 4 GiB (WebAssembly's limit), ${what} needs ${gigabytes} GiB; ${advice}`
  throw unexpected('OUT_OF_MEMORY', path, expected)
}

/** Whole pages of WebAssembly memory, in bytes */
export function wholePages(bytes: number): number {
  return align(bytes, PAGE)
}
