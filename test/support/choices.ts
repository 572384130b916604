// Values for the options that the tables of activations, losses and optimizers describe, so that tests cover new entries
// without knowing them.
import { resolveConfig } from '../../src/config/resolve.ts'
import { WasmpropError } from '../../src/errors.ts'
import type { NetworkConfig } from '../../src/index.ts'

type Table = Readonly<Record<string, { readonly options: Readonly<Record<string, object>> }>>
type Values = Record<string, number | boolean>
export type Choice = { name: string } & Values

/** A configuration that the types may not know yet */
export const loosely = (config: object): NetworkConfig => config as NetworkConfig

/** The entry with its defaults, and where it has options the entry with every one of them at another allowed value */
export function variantsOf(table: Table, name: string): Choice[] {
  const options = Object.entries(table[name].options)
  const changed: Values = {}
  for (const [option, description] of options) {
    const value = otherValue(description)
    if (value !== undefined) changed[option] = value
  }
  const plain = { name } as Choice
  return Object.keys(changed).length === 0 ? [plain] : [plain, { name, ...changed } as Choice]
}

interface Description {
  kind?: string
  default?: unknown
  min?: number
  above?: number
  max?: number
  below?: number
  isInteger?: boolean
}

function otherValue(description: Description): number | boolean | undefined {
  const { kind, default: usual } = description
  if (typeof usual === 'boolean') return !usual
  if (typeof usual !== 'number') return undefined
  const isReal = kind === 'number' && !description.isInteger
  const tried = isReal ? [usual * 0.75 + 0.01, usual * 0.75, usual + 0.25] : [usual + 1, usual - 1]
  return tried.find((value) => value !== usual && isAllowed(value, description))
}

function isAllowed(value: number, { min, above, max, below }: Description): boolean {
  return !(
    value < (min ?? value) ||
    value <= (above ?? -Infinity) ||
    value > (max ?? value) ||
    value >= (below ?? Infinity)
  )
}

/** Whether the library takes a configuration. False also for options that it does not have yet. */
export function isAccepted(config: object): boolean {
  try {
    resolveConfig(loosely(config))
    return true
  } catch (error) {
    if (error instanceof WasmpropError) return false
    throw error
  }
}
