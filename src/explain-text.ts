// An explanation as text and as MathML.
import type { ExplainedNeuron, ExplainedWeight, Explanation } from './explain.ts'

type Data = Omit<Explanation, 'toText' | 'toMathML'>

export interface TextOptions {
  /** Only the chain of this weight or bias: `w5` */
  weight?: string
}

export function explanationToText(data: Data, options: TextOptions = {}): string {
  return `${data.totalError}${options.weight ?? ''}`
}

export function explanationToMathML(data: Data, options: TextOptions = {}): string {
  return `${data.totalError}${options.weight ?? ''}`
}
