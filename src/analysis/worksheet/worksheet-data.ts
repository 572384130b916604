// What a worksheet holds, whatever form it is given.

/** A number to work out */
export interface Blank {
  /** As `checkCalculation` names it: `net h1`, `∂E/∂w5`, `w5` for the weight after the step */
  readonly quantity: string
  /** How it is worked out, in symbols */
  readonly formula: string
  readonly answer: number
  /** Answers of usual slips, with what to say about them */
  readonly slips: readonly { readonly value: number; readonly text: string }[]
}

export interface BlankSection {
  readonly title: string
  readonly blanks: readonly Blank[]
}

export interface WorksheetData {
  readonly seed: number
  readonly inputs: readonly number[]
  readonly targets: readonly number[]
  /** By name, before the step: w1 … w8, b1 … b4 */
  readonly weights: Readonly<Record<string, number>>
  readonly learningRate: number
  /** Decimals that an answer is to have; one in the last place is let pass either way */
  readonly decimals: number
  readonly sections: readonly BlankSection[]
}

/** One in the last written place: nearer numbers are taken for the answer. */
export const toleranceOf = (decimals: number): number => 1.5 * 10 ** -decimals
