// How options are described. Checks, types, messages, tests and the command's help read these descriptions.

/** Where an option stands, as one would write it: `layers[1].units`. A `Where` is written only where a message needs it. */
export type Path = string | Where

export interface Where {
  /** An option or item in it */
  at(key: string | number): Where
  toString(): string
}

export interface Bounds {
  /** Least value; `above` where the value itself is not allowed. */
  readonly min?: number
  readonly above?: number
  readonly max?: number
  readonly below?: number
  readonly isInteger?: boolean
}

/** Takes the prototypes of descriptions and of all in them, so that what one leaves out is not looked for there. */
export function bare<Described extends object>(described: Described): Described {
  if (Object.getPrototypeOf(described) === null) return described
  Object.setPrototypeOf(described, null)
  for (const part of Object.values(described)) {
    if (typeof part === 'object' && part !== null && !Array.isArray(part)) bare(part)
  }
  return described
}

/** What all descriptions may have. An option without a default may be left out, unless it is required. */
interface Described {
  readonly default?: unknown
  readonly isRequired?: true
  /** A line for the command's help */
  readonly words?: string
  /** Takes the place of the check by kind. */
  readonly check?: (value: unknown, where: Where) => unknown
}

export interface NumberOption extends Bounds {
  readonly kind: 'number'
  readonly default: number
}

export interface BooleanOption {
  readonly kind: 'boolean'
  readonly default: boolean
}

/** Of an entry in a table */
export type Option = NumberOption | BooleanOption
export type Options = Readonly<Record<string, Option>>

/** What is chosen by name, with options of its own */
export type Table = Readonly<Record<string, { readonly options: Options }>>

/** Of a configuration or a call */
export type AnyOption = Described &
  (
    | ({ readonly kind: 'number' } & Bounds)
    | { readonly kind: 'integer'; readonly min: number; readonly max: number }
    | { readonly kind: 'boolean' }
    | { readonly kind: 'name'; readonly names: readonly string[]; readonly others?: string }
    | { readonly kind: 'choice'; readonly table: Table }
    | { readonly kind: 'object'; readonly options: AnyOptions; readonly expected?: string }
    /** At least one */
    | { readonly kind: 'list'; readonly of: AnyOption; readonly expected: string }
    /** What its check makes of it */
    | { readonly kind?: undefined; readonly check: (value: unknown, where: Where) => unknown }
  )
export type AnyOptions = Readonly<Record<string, AnyOption>>

/** A checked choice: the name and a value for every option. */
export interface Chosen<Name extends string> {
  readonly name: Name
  readonly options: Readonly<Record<string, number | boolean>>
}

/** What the checks give for a description */
export type ValueOf<Of> = Of extends { check: (...given: never[]) => infer Value }
  ? Value
  : Of extends { kind: 'boolean' }
    ? boolean
    : Of extends { kind: 'name'; names: readonly (infer Name)[] }
      ? Name
      : Of extends { kind: 'choice'; table: infer Entries }
        ? Chosen<keyof Entries & string>
        : Of extends { kind: 'object'; options: infer Inner }
          ? Checked<Inner>
          : Of extends { kind: 'list'; of: infer Item }
            ? ValueOf<Item>[]
            : number

export type Checked<All> = {
  readonly [Name in keyof All]:
    | ValueOf<All[Name]>
    | (All[Name] extends { default: unknown } | { isRequired: true } ? never : undefined)
}
