// What an action is refused with, for tests of messages.
import { type ErrorCode, WasmpropError } from '../../src/errors.ts'

export interface Refusal {
  code: ErrorCode
  message: string
  path?: string
  row?: number
  column?: number
}

/** The WasmpropError that the action throws. Other errors pass, and none is one as well. */
export function refusal(action: () => unknown): Refusal {
  try {
    action()
  } catch (error) {
    if (!(error instanceof WasmpropError)) throw error
    const { code, message, path, row, column } = error
    return { code, message, path, row, column }
  }
  throw new Error('expected it to be refused')
}
