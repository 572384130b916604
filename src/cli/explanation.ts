// What --explain prints.
import { type Explanation, WasmpropError } from 'wasmprop'
import { UsageError } from './flags.ts'

/** The text about one weight or bias, or with 'all' about the whole pass */
export function explanationText(explanation: Explanation, weight: string): string {
  if (weight === 'all') return explanation.toText()
  try {
    return explanation.toText({ weight })
  } catch (error) {
    if (!(error instanceof WasmpropError)) throw error
    throw new UsageError(error.message.replace('toText: weight: expected a', '--explain: expected all, a'))
  }
}
