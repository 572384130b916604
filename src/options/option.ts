// How the tables of activations, losses, optimizers and initializers describe their options. Checks, types and error
// messages read these descriptions.

export interface NumberOption {
  readonly kind: 'number'
  readonly default: number
  /** Least value; `above` where the value itself is not allowed. */
  readonly min?: number
  readonly above?: number
  readonly max?: number
  readonly below?: number
  readonly isInteger?: boolean
}

export interface BooleanOption {
  readonly kind: 'boolean'
  readonly default: boolean
}

export type Option = NumberOption | BooleanOption
export type Options = Readonly<Record<string, Option>>

/** Every entry of a table, with what it leaves out: then nothing is looked for in a prototype. */
export function complete<Name extends string, Entry extends object, Absent extends object>(
  table: Readonly<Record<Name, Entry>>,
  absent: Absent,
): Readonly<Record<Name, Entry & Absent>> {
  const entries = Object.entries<Entry>(table).map(([name, entry]) => [name, { ...absent, ...entry }])
  return Object.fromEntries(entries) as Readonly<Record<Name, Entry & Absent>>
}

/** A checked choice: the name and a value for every option. */
export interface Chosen<Name extends string> {
  readonly name: Name
  readonly options: Readonly<Record<string, number | boolean>>
}
