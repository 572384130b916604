// Links that hold a run: what differs from the default setup, and what was done. Read back, whatever is not valid is left out.
import type { Action } from './run.ts'
import { readLiving, readSetup, type Setup, shortened } from './setup.ts'

const MOST_ACTIONS = 5000
const MOST_EPOCHS = 1e9

export const writeLink = (setup: Setup, log: readonly Action[]): string =>
  `#/lab?${encodeURIComponent(JSON.stringify({ ...shortened(setup), log }))}`

export function readLink(given: unknown): { isRun: boolean; setup: Setup; log: Action[] } {
  const value = typeof given === 'string' ? parse(given) : given
  const isRun = typeof value === 'object' && value !== null
  const { log } = (isRun ? value : {}) as { log?: unknown }
  return { isRun, setup: readSetup(value), log: Array.isArray(log) ? log.slice(0, MOST_ACTIONS).flatMap(actionOf) : [] }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(text))
  } catch {
    return undefined
  }
}

function actionOf(value: unknown): Action[] {
  if (typeof value !== 'object' || value === null) return []
  const { epochs, steps, change } = value as Record<string, unknown>
  if (isCount(epochs)) return [{ epochs }]
  if (isCount(steps)) return [{ steps }]
  const living = readLiving(change)
  return Object.keys(living).length > 0 ? [{ change: living }] : []
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MOST_EPOCHS
