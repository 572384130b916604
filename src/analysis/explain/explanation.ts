// What `explain` gives: every quantity of one forward and backward pass, by neuron and by weight.
import type { ActivationName } from '../../tables/activations.ts'

/** One way on which a hidden neuron's output reaches the error */
export interface ExplainedPath {
  /** The neuron above: `o1` */
  readonly through: string
  /** The weight between them: `w5` */
  readonly weight: string
  readonly weightValue: number
  /** ∂E/∂net of the neuron above */
  readonly errorByNet: number
  /** Their product, one term of ∂E/∂out */
  readonly contribution: number
}

/** A weight or a bias, with the chain rule's factors */
export interface ExplainedWeight {
  /** `w5`, or `b3` for a bias */
  readonly name: string
  /** Where it comes from (`h1`, `i2`; `1` for a bias) and the neuron it leads to */
  readonly from: string
  readonly to: string
  readonly value: number
  /** ∂net/∂w: the output of `from`, 1 for a bias */
  readonly netByWeight: number
  /** ∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w, of the loss alone: without penalties and clipping */
  readonly errorByWeight: number
  /** After one step of the network's optimizer on this row */
  readonly updated: number
  /** What training leaves as it is (`trainBias: false`, `trainable: false`): its gradient counts as 0 */
  readonly isFrozen?: true
}

/** A hidden or output neuron */
export interface ExplainedNeuron {
  /** `h1`, `h2.1` in the second of several hidden layers, `o1` */
  readonly name: string
  readonly net: number
  readonly output: number
  /** ∂E/∂out; not given where only ∂E/∂net has a finite value: softmax with its cross-entropy, a saturated output */
  readonly errorByOutput?: number
  /** ∂out/∂net; not given where softmax joins the outputs of a layer, or ∂E/∂out is 0 and no output tells it */
  readonly outputByNet?: number
  /** ∂E/∂net */
  readonly errorByNet: number
  /** Output neurons: the target and the neuron's part of the error */
  readonly target?: number
  readonly error?: number
  /** Hidden neurons: the terms of ∂E/∂out */
  readonly paths?: readonly ExplainedPath[]
  readonly weights: readonly ExplainedWeight[]
  readonly bias?: ExplainedWeight
}

export interface ExplainedLayer {
  readonly activation: ActivationName
  readonly neurons: readonly ExplainedNeuron[]
}

/** Every quantity of one forward and backward pass */
export interface Explanation {
  /** The row after input scaling, by name: i1, i2 … */
  readonly inputs: readonly { readonly name: string; readonly value: number }[]
  readonly layers: readonly ExplainedLayer[]
  readonly loss: string
  /** The loss of the row, before the step */
  readonly totalError: number
  readonly optimizer: string
  readonly learningRate: number
  /** Whether the step is w − learningRate · ∂E/∂w and nothing else */
  readonly isPlainStep: boolean
  /** As plain text; `{ weight: 'w5' }` for the chain of one weight only */
  toText(options?: TextOptions): string
  /** As MathML, one `<math>` element a line */
  toMathML(options?: TextOptions): string
}

export type ExplanationData = Omit<Explanation, 'toText' | 'toMathML'>

export interface TextOptions {
  /** Only the chain of this weight or bias: `w5` */
  weight?: string
}
