// Equations under a title, and what they leave out.

import type { ExplanationData } from './explanation.ts'
import type { Equation } from './formula.ts'

/** Equations under a title */
export interface Section {
  readonly title: string
  readonly equations: readonly Equation[]
  /** What was left out */
  readonly note: string | undefined
}

/** Of more than MOST_SHOWN neurons, weights or paths, only the first FEW are shown. */
const MOST_SHOWN = 8
const FEW = 3

/** The first of many, and a note about the others */
export function firstFew<T>(items: readonly T[], what: string): { shown: readonly T[]; note: string | undefined } {
  if (items.length <= MOST_SHOWN) return { shown: items, note: undefined }
  return { shown: items.slice(0, FEW), note: `… and ${items.length - FEW} more ${what}` }
}

export function withNote(title: string, equations: Equation[], ...notes: (string | undefined)[]): Section {
  const note = notes.filter((each) => each !== undefined).join('; ')
  return { title, equations, note: note === '' ? undefined : note }
}

export function layerTitle({ layers }: ExplanationData, index: number): string {
  const { activation } = layers[index]
  if (index === layers.length - 1) return `output layer (${activation})`
  return layers.length === 2 ? `hidden layer (${activation})` : `hidden layer ${index + 1} (${activation})`
}
