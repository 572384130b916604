// Training networks together, a lane of every vector for each: one program for all of them, whose matrices have vectors for
// elements, and a table of what is each network's own. Every lane computes what its network alone would, in the same
// order; see assembly/training.ts.
import { activate, differentiate } from '../activations'
import { DIVERGED, EPOCHS_ENDED, SLICE_ENDED, SOFTMAX, TARGET_REACHED } from '../ids'
import { decayWeights } from '../gradients'
import { columnSums } from '../kernels/matrix'
import { VECTOR } from '../kernels/vector'
import { update } from '../optimizers'
import {
  ACTIVATION, ACTIVATION_PARAMETER, ADJUSTS_GRADIENTS, BATCH_ROWS, BIAS_GRADIENTS, BIASES, BLOCK_ROWS, CONTAINS_ACTIVATION, DATA_INPUTS,
  DATA_ROWS, DATA_TARGETS, DELTAS, EPOCH_LOSSES, EPOCH_LOSSES_CAPACITY, EPOCH_LOSSES_COUNT, EPOCHS_LEFT, GRADIENT_FACTOR, INPUT_BLOCK,
  INPUT_STRIDE, INPUTS, LANE_COUNT, LANE_EPOCHS, LANE_LOSSES, LANE_RATES, LANE_SEEDS, LANE_SUMS, LANE_TARGETS, LAYER_COUNT, LAYER_SIZE, LAYERS,
  LOSS, LOSS_COLUMNS, LOSS_FACTOR, LOSS_PARAMETER, MEAN_OVER_ROWS, NETS, ORDER, OUTPUTS, POSITION, RATES, STEP, STOP_AT_EPOCH_END,
  STRIDE, TARGET_BLOCK, TARGET_STRIDE, TRAINS_BIASES, TRAINS_WEIGHTS, UNITS, WEIGHT_GRADIENTS, WEIGHTS, ZEROS,
} from '../program'
import { shuffle } from '../random'
import { setStepRates } from '../rates'
import { adjustLaneGradients } from './gradients'
import { addLaneLoss } from './losses'
import { laneProduct } from './product'
import { softmax, softmaxBackward } from './softmax'

/** Bytes of an element of a matrix, and of an f64 per lane; set by `train` */
let element: usize = 0
let doubles: usize = 0

// @ts-ignore: decorator
@inline
function outputLayer(program: usize): usize {
  return load<u32>(program, LAYERS) + (load<u32>(program, LAYER_COUNT) - 1) * LAYER_SIZE
}

/** `inputs`: rows × INPUT_STRIDE */
function forward<T>(program: usize, inputs: usize, rows: u32): void {
  let layer: usize = load<u32>(program, LAYERS)
  let inputStride: usize = load<u32>(program, INPUT_STRIDE)
  for (const end = layer + load<u32>(program, LAYER_COUNT) * LAYER_SIZE; layer < end; layer += LAYER_SIZE) {
    const stride: usize = load<u32>(layer, STRIDE), nets: usize = load<u32>(layer, NETS), outputs: usize = load<u32>(layer, OUTPUTS)
    laneProduct<T>(
      inputs, inputStride, element,
      load<u32>(layer, WEIGHTS), stride, element,
      load<u32>(layer, BIASES), 0,
      nets,
      rows, load<u32>(layer, INPUTS), load<u32>(layer, UNITS), element,
    )
    const activation = load<u32>(layer, ACTIVATION)
    if (activation == SOFTMAX) softmax<T>(nets, outputs, rows, stride, element)
    else activate<T>(activation, nets, outputs, rows, stride / sizeof<T>(), stride, load<f64>(layer, ACTIVATION_PARAMETER))
    inputs = outputs
    inputStride = stride
  }
}

/** A layer's deltas from ∂loss/∂output to ∂loss/∂net */
// @ts-ignore: decorator
@inline
function differentiateLayer<T>(layer: usize, rows: u32): void {
  const activation = load<u32>(layer, ACTIVATION)
  const deltas: usize = load<u32>(layer, DELTAS), outputs: usize = load<u32>(layer, OUTPUTS), stride: usize = load<u32>(layer, STRIDE)
  if (activation == SOFTMAX) {
    softmaxBackward<T>(deltas, outputs, rows, stride, element)
    return
  }
  const parameter = load<f64>(layer, ACTIVATION_PARAMETER)
  differentiate<T>(activation, deltas, outputs, load<u32>(layer, NETS), rows, stride / sizeof<T>(), stride, parameter)
}

/** `adds`: whether the gradients go on from an earlier block of the same batch */
function backward<T>(program: usize, inputs: usize, rows: u32, adds: bool): void {
  const first: usize = load<u32>(program, LAYERS)
  const zeros: usize = load<u32>(program, ZEROS)
  let layer = outputLayer(program)
  if (!load<u32>(program, CONTAINS_ACTIVATION)) differentiateLayer<T>(layer, rows)
  for (; ; layer -= LAYER_SIZE) {
    const isFirst = layer == first
    const below = layer - LAYER_SIZE
    const stride: usize = load<u32>(layer, STRIDE), deltas: usize = load<u32>(layer, DELTAS)
    const units = load<u32>(layer, UNITS), inputCount = load<u32>(layer, INPUTS)

    // ∂loss/∂W = Xᵀ · D; the gradients of what is not trained stay 0.
    if (load<u32>(layer, TRAINS_WEIGHTS)) {
      const gradients: usize = load<u32>(layer, WEIGHT_GRADIENTS)
      laneProduct<T>(
        isFirst ? inputs : <usize>load<u32>(below, OUTPUTS), element, <usize>inputCount * element,
        deltas, stride, element,
        adds ? gradients : zeros, adds ? stride : 0,
        gradients,
        inputCount, rows, units, element,
      )
    }
    if (load<u32>(layer, TRAINS_BIASES)) columnSums<T>(deltas, stride, rows, load<u32>(layer, BIAS_GRADIENTS), adds)
    if (isFirst) return

    // ∂loss/∂X = D · Wᵀ, then through the activation below
    laneProduct<T>(
      deltas, stride, element,
      load<u32>(layer, WEIGHTS), element, stride,
      zeros, 0,
      load<u32>(below, DELTAS),
      rows, units, inputCount, element,
    )
    differentiateLayer<T>(below, rows)
  }
}

function block<T>(program: usize, inputs: usize, targets: usize, firstRow: u32, rows: u32, batchRows: u32): void {
  forward<T>(program, inputs, rows)
  const factor = load<f64>(program, GRADIENT_FACTOR)
  const scale = load<u32>(program, MEAN_OVER_ROWS) ? factor / <f64>batchRows : factor
  const output = outputLayer(program)
  addLaneLoss<T>(
    load<u32>(program, LOSS), load<u32>(output, NETS), load<u32>(output, OUTPUTS), targets, load<u32>(output, DELTAS),
    load<u32>(program, LOSS_COLUMNS), rows, load<u32>(output, STRIDE), element, <T>scale, load<f64>(program, LOSS_PARAMETER),
  )
  backward<T>(program, inputs, rows, firstRow != 0)
}

/** Copies rows together, in every lane those whose numbers stand in its part of `order` (u32 each). */
function gather<T>(source: usize, stride: usize, order: usize, orderStride: usize, rows: u32, target: usize): void {
  for (const end = order + (rows << 2); order < end; order += 4, target += stride) {
    let numbers = order
    for (let vector: usize = 0; vector < element; vector += VECTOR) {
      const first = source + vector, second = first + sizeof<T>()
      const from0 = rowAt(first, numbers, stride), from1 = rowAt(second, numbers + orderStride, stride)
      numbers += 2 * orderStride
      if (sizeof<T>() == 8) {
        for (let i: usize = 0, to = target + vector; i < stride; i += element, to += element) {
          v128.store(to, v128.load_lane<f64>(from1 + i, v128.load64_zero(from0 + i), 1))
        }
        continue
      }
      const from2 = rowAt(first + 8, numbers, stride), from3 = rowAt(second + 8, numbers + orderStride, stride)
      numbers += 2 * orderStride
      for (let i: usize = 0, to = target + vector; i < stride; i += element, to += element) {
        const two = v128.load_lane<f32>(from1 + i, v128.load32_zero(from0 + i), 1)
        v128.store(to, v128.load_lane<f32>(from3 + i, v128.load_lane<f32>(from2 + i, two, 2), 3))
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function rowAt(rows: usize, number: usize, stride: usize): usize {
  return rows + <usize>load<u32>(number) * stride
}

/** Sums and gradients of the batch of `rows` at POSITION; false: with it a lane's loss of the epoch is not finite. */
function batch<T>(program: usize, lanes: usize, rows: u32): bool {
  const position = load<u32>(program, POSITION), order: usize = load<u32>(program, ORDER)
  const blockRows = load<u32>(program, BLOCK_ROWS)
  const inputStride: usize = load<u32>(program, INPUT_STRIDE), targetStride: usize = load<u32>(program, TARGET_STRIDE)
  const sums: usize = load<u32>(program, LOSS_COLUMNS), columns = load<u32>(outputLayer(program), UNITS)
  for (let i: usize = 0, end = <usize>columns * doubles; i < end; i += VECTOR) v128.store(sums + i, f64x2.splat(0))
  for (let done: u32 = 0; done < rows; done += blockRows) {
    const count = min<u32>(blockRows, rows - done)
    const row = position + done
    let inputs: usize = load<u32>(program, DATA_INPUTS), targets: usize = load<u32>(program, DATA_TARGETS)
    if (order) {
      const numbers = order + (row << 2), orderStride: usize = load<u32>(program, DATA_ROWS) << 2
      gather<T>(inputs, inputStride, numbers, orderStride, count, load<u32>(program, INPUT_BLOCK))
      gather<T>(targets, targetStride, numbers, orderStride, count, load<u32>(program, TARGET_BLOCK))
      inputs = load<u32>(program, INPUT_BLOCK)
      targets = load<u32>(program, TARGET_BLOCK)
    } else {
      inputs += <usize>row * inputStride
      targets += <usize>row * targetStride
    }
    block<T>(program, inputs, targets, done, count, rows)
  }
  let isFinite = true
  for (let pair: usize = 0; pair < doubles; pair += VECTOR) {
    const sum = f64x2.add(v128.load(lanes + pair, LANE_SUMS), sumOf<T>(program, pair))
    const loss = lossOf(program, sum, load<u32>(program, DATA_ROWS))
    v128.store(lanes + pair, loss, LANE_LOSSES)
    const zero = f64x2.sub(loss, loss) // NaN for an infinity or NaN
    if (!v128.all_true<i64>(f64x2.eq(zero, zero))) isFinite = false
  }
  return isFinite
}

/** Two lanes' sums of terms over the outputs, in order */
// @ts-ignore: decorator
@inline
function sumOf<T>(program: usize, pair: usize): v128 {
  let sum = f64x2.splat(0)
  let column = <usize>load<u32>(program, LOSS_COLUMNS) + pair
  for (const end = column + <usize>load<u32>(outputLayer(program), UNITS) * doubles; column < end; column += doubles) {
    sum = f64x2.add(sum, v128.load(column))
  }
  return sum
}

// @ts-ignore: decorator
@inline
function lossOf(program: usize, sum: v128, rows: u32): v128 {
  const loss = f64x2.mul(sum, f64x2.splat(load<f64>(program, LOSS_FACTOR)))
  return load<u32>(program, MEAN_OVER_ROWS) ? f64x2.div(loss, f64x2.splat(<f64>rows)) : loss
}

/** One step of every lane's optimizer, with the rates (f64 per lane) at `rates` */
function step<T>(program: usize, rates: usize): void {
  setStepRates(rates, element)
  if (load<u32>(program, ADJUSTS_GRADIENTS)) {
    adjustLaneGradients<T>(program, element)
    decayWeights<T>(program, 0)
  }
  update<T>(program, 0)
  store<f64>(program, load<f64>(program, STEP) + 1, STEP)
}

/**
 * Trains all lanes on at most `steps` batches; comes back early where any lane ends, and says why. EPOCH_LOSSES has the
 * losses of the epochs that ended, by epoch and lane.
 */
export function train<T>(program: usize, lanes: usize, steps: u32): u32 {
  const dataRows = load<u32>(program, DATA_ROWS), batchRows = load<u32>(program, BATCH_ROWS)
  const rates: usize = load<u32>(program, RATES)
  doubles = load<u32>(lanes, LANE_COUNT) << 3
  element = (doubles >> 3) * sizeof<T>()
  store<u32>(program, 0, EPOCH_LOSSES_COUNT)
  let isOrdered = false
  for (let done: u32 = 0; done < steps; done++) {
    if (!isOrdered) drawOrders<T>(program, lanes)
    isOrdered = true
    const position = load<u32>(program, POSITION)
    const rows = min<u32>(batchRows, dataRows - position)
    if (!batch<T>(program, lanes, rows)) return DIVERGED
    step<T>(program, rates ? rates + <usize>done * doubles : lanes + LANE_RATES)
    for (let pair: usize = 0; pair < doubles; pair += VECTOR) {
      v128.store(lanes + pair, f64x2.add(v128.load(lanes + pair, LANE_SUMS), sumOf<T>(program, pair)), LANE_SUMS)
    }
    store<u32>(program, position + rows, POSITION)
    if (position + rows == dataRows) {
      const status = endEpoch<T>(program, lanes, dataRows)
      if (status != SLICE_ENDED) return status
      if (load<u32>(program, STOP_AT_EPOCH_END) || load<u32>(program, EPOCH_LOSSES_COUNT) == load<u32>(program, EPOCH_LOSSES_CAPACITY)) break
      isOrdered = false
    }
  }
  return SLICE_ENDED
}

function drawOrders<T>(program: usize, lanes: usize): void {
  let order: usize = load<u32>(program, ORDER)
  if (!order) return
  const rows = load<u32>(program, DATA_ROWS)
  for (let lane: usize = 0; lane < doubles >> 3; lane++, order += rows << 2) {
    shuffle(order, rows, load<u32>(lanes + (lane << 2), LANE_SEEDS), <u64>load<f64>(lanes + (lane << 3), LANE_EPOCHS))
  }
}

/** EPOCHS_LEFT is that of the lane with the fewest. */
function endEpoch<T>(program: usize, lanes: usize, rows: u32): u32 {
  const count = load<u32>(program, EPOCH_LOSSES_COUNT)
  const losses = <usize>load<u32>(program, EPOCH_LOSSES) + <usize>count * doubles
  let status: u32 = SLICE_ENDED
  for (let pair: usize = 0; pair < doubles; pair += VECTOR) {
    const at = lanes + pair
    const loss = lossOf(program, v128.load(at, LANE_SUMS), rows)
    v128.store(losses + pair, loss)
    v128.store(at, f64x2.splat(0), LANE_SUMS)
    v128.store(at, f64x2.add(v128.load(at, LANE_EPOCHS), f64x2.splat(1)), LANE_EPOCHS)
    if (v128.any_true(f64x2.le(loss, v128.load(at, LANE_TARGETS)))) status = TARGET_REACHED
  }
  store<u32>(program, count + 1, EPOCH_LOSSES_COUNT)
  store<u32>(program, 0, POSITION)
  const left = load<f64>(program, EPOCHS_LEFT) - 1
  store<f64>(program, left, EPOCHS_LEFT)
  return left == 0 && status == SLICE_ENDED ? EPOCHS_ENDED : status
}
