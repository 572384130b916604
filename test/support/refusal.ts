// What an action is refused with, for tests of messages.
import { type ErrorCode, WasmpropError } from '../../src/errors.ts'
import * as library from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import * as node from '../../src/node/index.ts'

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
    const { code, path, row, column } = error
    return { code, message: wordsOf(error), path, row, column }
  }
  throw new Error('expected it to be refused')
}

const ofNetworks = Object.getOwnPropertyNames(Network.prototype).filter((name) => name !== 'constructor')
const publicNames = new Set([...Object.keys(library), ...Object.keys(node), ...ofNetworks, 'toText'])

/** The message without the name of the public function that it begins with: test/network/calls.test.ts is about that. */
export function wordsOf({ message }: Error): string {
  const name = message.slice(0, message.indexOf(': '))
  return publicNames.has(name) ? message.slice(name.length + 2) : message
}
