// The program of a network in its memory, field by field: the only place that turns names into offsets. What the fields mean:
// assembly/program.ts.
import * as P from '../../assembly/program.ts'

type Fields<Offsets> = { -readonly [Name in keyof Offsets]: number }

/** A class whose properties are the fields of a record: u32 words, and float64 from the offset `doubles` on */
function recordOf<Offsets extends Readonly<Record<string, number>>>(offsets: Offsets, size: number, doubles: number) {
  class View {
    readonly words: Uint32Array
    readonly doubles: Float64Array

    constructor(buffer: ArrayBufferLike, address: number) {
      this.words = new Uint32Array(buffer, address, size / 4)
      this.doubles = new Float64Array(buffer, address, size / 8)
    }

    /** Writes several fields. */
    set(values: Partial<Fields<Offsets>>): void {
      Object.assign(this, values)
    }
  }
  for (const name in offsets) {
    const field = offsets[name] < doubles ? fieldOf('words', offsets[name] / 4) : fieldOf('doubles', offsets[name] / 8)
    Object.defineProperty(View.prototype, name, field)
  }
  return View as unknown as new (
    buffer: ArrayBufferLike,
    address: number,
  ) => View & Fields<Offsets>
}

type Numbers = Readonly<Record<'words' | 'doubles', Uint32Array | Float64Array>>

function fieldOf(numbers: keyof Numbers, index: number): PropertyDescriptor {
  return {
    get(this: Numbers) {
      return this[numbers][index]
    },
    set(this: Numbers, value: number) {
      this[numbers][index] = value
    },
  }
}

const ProgramFields = recordOf(
  {
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
  P.PROGRAM_SIZE,
  P.EPOCH,
)

/** A network's program as it lies in the memory. Make a new one after the memory may have grown. */
export class Program extends ProgramFields {
  /** The numbers that belong to the optimizer, by `optimizerSlot` */
  readonly optimizerValues: Float64Array

  constructor(buffer: ArrayBufferLike) {
    super(buffer, P.PROGRAM)
    this.optimizerValues = new Float64Array(buffer, P.PROGRAM + P.OPTIMIZER_VALUES, P.OPTIMIZER_VALUES_COUNT)
  }
}

/** Which of the optimizer's numbers lies at an offset of the program */
export const optimizerSlot = (offset: number): number => (offset - P.OPTIMIZER_VALUES) / 8

/** The record of a layer */
export const LayerRecord = recordOf(
  {
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
  P.LAYER_SIZE,
  P.ACTIVATION_PARAMETER,
)

/** What threads share, as far as it is set from here */
export const TeamRecord = recordOf(
  { threads: P.THREADS, splitBytes: P.SPLIT_BYTES, splitProduct: P.SPLIT_PRODUCT },
  P.TEAM_SIZE,
  P.SPLIT_PRODUCT,
)
