// The program of a network in its memory, field by field: the only place that turns names into offsets. What the fields mean:
// assembly/program.ts.
import * as P from '../assembly/program.ts'

/** Byte offsets by name: u32 words, and float64 from the offset `doubles` on */
interface RecordType<Name extends string> {
  readonly offsets: Readonly<Record<Name, number>>
  readonly size: number
  readonly doubles: number
}

/** Writes fields of a record in the memory. */
export function writeFields<Name extends string>(
  record: RecordType<Name>,
  buffer: ArrayBufferLike,
  address: number,
  values: Readonly<Partial<Record<Name, number>>>,
): void {
  new Fields(record, buffer, address).set(values)
}

/** A record in the memory */
export class Fields<Name extends string> {
  readonly #offsets: Readonly<Record<Name, number>>
  readonly #firstDouble: number
  protected readonly words: Uint32Array
  protected readonly doubles: Float64Array

  constructor({ offsets, size, doubles }: RecordType<Name>, buffer: ArrayBufferLike, address: number) {
    this.#offsets = offsets
    this.#firstDouble = doubles
    this.words = new Uint32Array(buffer, address, size / 4)
    this.doubles = new Float64Array(buffer, address, size / 8)
  }

  get(name: Name): number {
    const offset = this.#offsets[name]
    return offset < this.#firstDouble ? this.words[offset / 4] : this.doubles[offset / 8]
  }

  /** Several fields, in the order of `names` */
  read(...names: Name[]): number[] {
    return names.map((name) => this.get(name))
  }

  /** Writes fields; others stay. Several lots of them, since joining them would take longer than writing. */
  set(...lots: Readonly<Partial<Record<Name, number>>>[]): void {
    for (const values of lots) {
      for (const name of Object.keys(values) as Name[]) {
        const offset = this.#offsets[name]
        if (offset < this.#firstDouble) this.words[offset / 4] = values[name] as number
        else this.doubles[offset / 8] = values[name] as number
      }
    }
  }
}

export const PROGRAM_RECORD = {
  offsets: {
    dtype: P.DTYPE,
    layerCount: P.LAYER_COUNT,
    layers: P.LAYERS,
    loss: P.LOSS,
    meanOverRows: P.MEAN_OVER_ROWS,
    optimizer: P.OPTIMIZER,
    containsActivation: P.CONTAINS_ACTIVATION,
    seed: P.SEED,
    parameters: P.PARAMETERS,
    gradients: P.GRADIENTS,
    state: P.STATE,
    parameterBytes: P.PARAMETER_BYTES,
    blockRows: P.BLOCK_ROWS,
    inputBlock: P.INPUT_BLOCK,
    inputStride: P.INPUT_STRIDE,
    targetBlock: P.TARGET_BLOCK,
    targetStride: P.TARGET_STRIDE,
    lossColumns: P.LOSS_COLUMNS,
    zeros: P.ZEROS,
    packed: P.PACKED,
    transposed: P.TRANSPOSED,
    team: P.TEAM,
    dataInputs: P.DATA_INPUTS,
    dataTargets: P.DATA_TARGETS,
    dataRows: P.DATA_ROWS,
    batchRows: P.BATCH_ROWS,
    order: P.ORDER,
    position: P.POSITION,
    stopAtEpochEnd: P.STOP_AT_EPOCH_END,
    epochLosses: P.EPOCH_LOSSES,
    epochLossesCapacity: P.EPOCH_LOSSES_CAPACITY,
    epochLossesCount: P.EPOCH_LOSSES_COUNT,
    decaysBiases: P.DECAYS_BIASES,
    decouplesDecay: P.DECOUPLES_DECAY,
    adjustsGradients: P.ADJUSTS_GRADIENTS,
    rates: P.RATES,
    sampleWeights: P.SAMPLE_WEIGHTS,
    weightColumns: P.WEIGHT_COLUMNS,
    weightBlock: P.WEIGHT_BLOCK,
    classTargets: P.CLASS_TARGETS,
    epoch: P.EPOCH,
    stepsDone: P.STEP,
    epochsLeft: P.EPOCHS_LEFT,
    epochSum: P.EPOCH_SUM,
    orderedEpoch: P.ORDERED_EPOCH,
    targetLoss: P.TARGET_LOSS,
    learningRate: P.LEARNING_RATE,
    lossFactor: P.LOSS_FACTOR,
    gradientFactor: P.GRADIENT_FACTOR,
    lossParameter: P.LOSS_PARAMETER,
    l1: P.L1,
    l2: P.L2,
    clipValue: P.CLIP_VALUE,
    clipNorm: P.CLIP_NORM,
    weightDecay: P.WEIGHT_DECAY,
  },
  size: P.PROGRAM_SIZE,
  doubles: P.EPOCH,
}

/** How far a training has come: what optimizer steps move on, beside parameters and states */
export interface Progress {
  readonly epoch: number
  readonly stepsDone: number
  readonly epochsLeft: number
  readonly epochSum: number
  readonly position: number
  readonly optimizerValues: ArrayLike<number>
}

const FIRST_VALUE = P.OPTIMIZER_VALUES / 8

/** A network's program as it lies in the memory. Make a new one after the memory may have grown. */
export class Program extends Fields<keyof typeof PROGRAM_RECORD.offsets> {
  constructor(buffer: ArrayBufferLike) {
    super(PROGRAM_RECORD, buffer, P.PROGRAM)
  }

  /** The numbers that belong to the optimizer, by `optimizerSlot`: a view */
  get optimizerValues(): Float64Array {
    return this.doubles.subarray(FIRST_VALUE, FIRST_VALUE + P.OPTIMIZER_VALUES_COUNT)
  }

  /** A copy; by offsets, since every call of `trainOnBatch` takes one */
  progress(): Progress {
    return {
      epoch: this.doubles[P.EPOCH / 8],
      stepsDone: this.doubles[P.STEP / 8],
      epochsLeft: this.doubles[P.EPOCHS_LEFT / 8],
      epochSum: this.doubles[P.EPOCH_SUM / 8],
      position: this.words[P.POSITION / 4],
      optimizerValues: this.doubles.slice(FIRST_VALUE, FIRST_VALUE + P.OPTIMIZER_VALUES_COUNT),
    }
  }

  setProgress({ optimizerValues, ...counters }: Progress): void {
    this.set(counters)
    this.doubles.set(optimizerValues, FIRST_VALUE)
  }
}

/** Which of the optimizer's numbers lies at an offset of the program */
export const optimizerSlot = (offset: number): number => (offset - P.OPTIMIZER_VALUES) / 8

/** The record of a layer */
export const LAYER_RECORD = {
  offsets: {
    inputs: P.INPUTS,
    units: P.UNITS,
    activation: P.ACTIVATION,
    trainsBiases: P.TRAINS_BIASES,
    trainsWeights: P.TRAINS_WEIGHTS,
    stride: P.STRIDE,
    weights: P.WEIGHTS,
    biases: P.BIASES,
    weightGradients: P.WEIGHT_GRADIENTS,
    biasGradients: P.BIAS_GRADIENTS,
    nets: P.NETS,
    outputs: P.OUTPUTS,
    deltas: P.DELTAS,
    dropoutThreshold: P.DROPOUT_THRESHOLD,
    dropped: P.DROPPED,
    kept: P.KEPT,
    activationParameter: P.ACTIVATION_PARAMETER,
    keptFactor: P.KEPT_FACTOR,
  },
  size: P.LAYER_SIZE,
  doubles: P.ACTIVATION_PARAMETER,
}

/** What threads share, as far as it is set from here */
export const TEAM_RECORD = {
  offsets: { threads: P.THREADS, splitBytes: P.SPLIT_BYTES, splitProduct: P.SPLIT_PRODUCT },
  size: P.TEAM_SIZE,
  doubles: P.SPLIT_PRODUCT,
}
