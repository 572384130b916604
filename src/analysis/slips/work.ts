// One step as it is calculated by hand, with or without a slip on the way. Written to be read beside a textbook: each slip
// stands where the right formula stands.
import type { ExplainedNeuron, ExplainedWeight } from '../explain/explanation.ts'
import { byHand, isMean, namer, type Task, weightsOf } from './task.ts'

export type SlipCode =
  | 'newWeights'
  | 'slopeLeftOut'
  | 'slopeOfNet'
  | 'outputLeftOutOfSlope'
  | 'errorSign'
  | 'stepSign'
  | 'exponentSign'
  | 'biasLeftOut'
  | 'halfLeftOut'
  | 'halfKept'
  | 'squareLeftOut'
  | 'dividedByOutputs'
  | 'dividedByRows'
  | 'notDivided'
  | 'oneRow'
  | 'activationLeftOut'
  | 'netForOutput'
  | 'weightLeftOut'
  | 'pathLeftOut'
  | 'exchangedWeights'
  | 'sourceLeftOut'
  | 'otherSource'
  | 'rateLeftOut'
  | 'stepAlone'
  | 'frozenMoved'
  | 'roundedOnTheWay'

/** A slip and where it happens; without `isAt` wherever it can */
export interface Mistake {
  readonly code: SlipCode | undefined
  /** By layer and unit, by row, or by source: what the slip goes by */
  readonly isAt: ((first: number, second: number) => boolean) | undefined
  /** What becomes of a quantity before it is used further */
  readonly round: ((value: number, quantity: string) => number) | undefined
}

const NONE: Mistake = { code: undefined, isAt: undefined, round: undefined }

/** By row: of every layer the values of its units */
type Values = number[][]

/** Every quantity by its name */
export function work(task: Task, mistake: Mistake = NONE): Map<string, number> {
  return new Calculation(task, mistake).values
}

class Calculation {
  readonly values = new Map<string, number>()
  readonly #task: Task
  readonly #mistake: Mistake
  readonly #of: (quantity: string, row: number) => string
  readonly #nets: Values[]
  readonly #outs: Values[] = []
  /** ∂E/∂net */
  readonly #deltas: Values[]

  constructor(task: Task, mistake: Mistake) {
    this.#task = task
    this.#mistake = mistake
    this.#of = namer(task.rows.length)
    this.#nets = task.rows.map(() => [])
    this.#deltas = task.rows.map(() => [])
    task.rows.forEach((_, row) => {
      this.#forward(row)
      this.#errors(row)
    })
    this.#backward()
  }

  #does(code: SlipCode, first = 0, second = 0): boolean {
    return this.#mistake.code === code && (this.#mistake.isAt?.(first, second) ?? true)
  }

  /** Takes note of a quantity, and gives it as it is used further. */
  #note(quantity: string, value: number): number {
    this.values.set(quantity, value)
    return this.#mistake.round?.(value, quantity) ?? value
  }

  #forward(row: number): void {
    this.#outs[row] = []
    this.#task.layers.forEach(({ activation, neurons }, layer) => {
      const sources = this.#sources(row, layer)
      const { of } = byHand[activation]!
      this.#nets[row][layer] = neurons.map((neuron, unit) => {
        const bias = this.#does('biasLeftOut', layer, unit) ? 0 : (neuron.bias?.value ?? 0)
        const net = sources.reduce((sum, out, source) => sum + this.#weight(layer, unit, source) * out, bias)
        return this.#note(this.#of(`net ${neuron.name}`, row), net)
      })
      this.#outs[row][layer] = this.#nets[row][layer].map((net, unit) => {
        const right = this.#does('exponentSign', layer, unit) ? of(-net) : of(net)
        const out = this.#does('activationLeftOut', layer, unit) ? net : right
        return this.#note(this.#of(`out ${neurons[unit].name}`, row), out)
      })
    })
  }

  /** What a layer's weights are multiplied by */
  #sources(row: number, layer: number): readonly number[] {
    return layer === 0 ? this.#task.rows[row].inputs : this.#outs[row][layer - 1]
  }

  #weight(layer: number, unit: number, source: number): number {
    const { neurons } = this.#task.layers[layer]
    // Rows for columns, where the weights make a square
    if (this.#does('exchangedWeights', layer) && neurons.length === neurons[0].weights.length)
      return neurons[source].weights[unit].value
    return neurons[unit].weights[source].value
  }

  #errors(row: number): void {
    const { rows, layers, loss } = this.#task
    const { neurons } = layers[layers.length - 1]
    const half = this.#does('halfLeftOut') || loss !== 'halfSquaredError' ? 1 : 0.5
    const errors = neurons.map(({ name }, unit) => {
      const difference = rows[row].targets[unit] - this.#outs[row][layers.length - 1][unit]
      const square = this.#does('squareLeftOut') ? Math.abs(difference) : difference * difference
      return this.#note(this.#of(`E ${name}`, row), half * square * this.#perOutput())
    })
    const total = this.#note(
      this.#of('E total', row),
      errors.reduce((sum, error) => sum + error, 0),
    )
    if (rows.length > 1 && this.#counts(row)) this.#add('E total', total * this.#perRow())
  }

  #add(quantity: string, part: number): number {
    const sum = (this.values.get(quantity) ?? 0) + part
    this.values.set(quantity, sum)
    return sum
  }

  /** The 1/n of a mean over the outputs */
  #perOutput(): number {
    const { layers, loss } = this.#task
    const divides = isMean(loss) ? !this.#does('notDivided') : this.#does('dividedByOutputs')
    return divides ? 1 / layers[layers.length - 1].neurons.length : 1
  }

  #perRow(): number {
    const { rows, loss } = this.#task
    const divides = isMean(loss) ? !this.#does('notDivided') : this.#does('dividedByRows')
    return divides ? 1 / rows.length : 1
  }

  /** Whether a row takes part in the batch */
  #counts(row: number): boolean {
    return this.#mistake.code !== 'oneRow' || this.#does('oneRow', row)
  }

  /** From the output layer down, every layer for all rows: its new weights may be mistaken for the old ones below. */
  #backward(): void {
    const { rows, layers } = this.#task
    for (let layer = layers.length - 1; layer >= 0; layer--) {
      rows.forEach((_, row) => {
        this.#deltas[row][layer] = layers[layer].neurons.map((neuron, unit) => this.#delta(row, layer, unit, neuron))
      })
      layers[layer].neurons.forEach((neuron, unit) => {
        weightsOf(neuron).forEach((weight, source) => {
          this.#update(layer, unit, source, weight)
        })
      })
    }
  }

  #delta(row: number, layer: number, unit: number, neuron: ExplainedNeuron): number {
    const isOutput = layer === this.#task.layers.length - 1
    const byOutput = isOutput ? this.#errorByOutput(row, unit) : this.#errorByHidden(row, layer, unit)
    const kept = this.#note(this.#of(`∂E/∂out ${neuron.name}`, row), byOutput)
    const slope = this.#note(this.#of(`∂out/∂net ${neuron.name}`, row), this.#slope(row, layer, unit))
    const delta = this.#does('slopeLeftOut', layer, unit) ? kept : kept * slope
    return this.#note(this.#of(`∂E/∂net ${neuron.name}`, row), delta)
  }

  #errorByOutput(row: number, unit: number): number {
    const { rows, layers, loss } = this.#task
    const difference = this.#outs[row][layers.length - 1][unit] - rows[row].targets[unit]
    const factor = loss !== 'halfSquaredError' || this.#does('halfLeftOut') ? 2 : this.#does('halfKept') ? 0.5 : 1
    const sign = this.#does('errorSign', layers.length - 1, unit) ? -1 : 1
    return sign * factor * difference * this.#perOutput()
  }

  #errorByHidden(row: number, layer: number, unit: number): number {
    const above = this.#task.layers[layer + 1].neurons
    return above.reduce((sum, neuron, upper) => {
      if (this.#does('pathLeftOut', layer + 1, upper)) return sum
      const old = this.#weight(layer + 1, upper, unit)
      const weight = this.#does('newWeights') ? (this.values.get(neuron.weights[unit].name) ?? old) : old
      const factor = this.#does('weightLeftOut', layer, unit) ? 1 : weight
      return sum + this.#deltas[row][layer + 1][upper] * factor
    }, 0)
  }

  #slope(row: number, layer: number, unit: number): number {
    const { slope } = byHand[this.#task.layers[layer].activation]!
    const out = this.#outs[row][layer][unit]
    if (this.#does('outputLeftOutOfSlope', layer, unit)) return 1 - out
    return slope(this.#does('slopeOfNet', layer, unit) ? this.#nets[row][layer][unit] : out)
  }

  /** The gradient of a weight, and the weight after the step */
  #update(layer: number, unit: number, source: number, weight: ExplainedWeight): void {
    const { rows, learningRate } = this.#task
    if (rows.length > 1) this.values.set(`∂E/∂${weight.name}`, 0)
    let gradient = 0
    rows.forEach((_, row) => {
      const part = this.#deltas[row][layer][unit] * this.#netByWeight(row, layer, source)
      const isMoved = !weight.isFrozen || this.#does('frozenMoved')
      const kept = this.#note(this.#of(`∂E/∂${weight.name}`, row), isMoved ? part : 0)
      if (rows.length === 1) gradient = kept
      else if (this.#counts(row)) gradient = this.#add(`∂E/∂${weight.name}`, kept * this.#perRow())
    })
    const step = (this.#does('rateLeftOut') ? 1 : learningRate) * gradient
    const start = this.#does('stepAlone') ? 0 : weight.value
    this.#note(weight.name, this.#does('stepSign') ? start + step : start - step)
  }

  /** ∂net/∂w: what the weight is multiplied by, 1 for a bias */
  #netByWeight(row: number, layer: number, source: number): number {
    const sources = this.#sources(row, layer)
    if (source >= sources.length || this.#does('sourceLeftOut')) return 1
    if (layer > 0 && this.#does('netForOutput')) return this.#nets[row][layer - 1][source]
    return this.#does('otherSource') ? sources[(source + 1) % sources.length] : sources[source]
  }
}
