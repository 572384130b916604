// Whether JSON is a whole model of a table: every part that is ever read is what it has to be, so that a model of others either
// predicts or is refused when it is loaded. Networks are checked where they are made.
import { describe, unexpected } from '../errors.ts'
import { isOptionObject } from '../options/check.ts'
import { dateFormatNames } from './dates.ts'
import { columnKinds } from './read-options.ts'

type Check = (value: unknown, path: string) => void

function refuse(value: unknown, path: string, expected: string): never {
  throw unexpected('INVALID_MODEL', path, expected, describe(value), { path })
}

const kind =
  (type: 'string' | 'boolean'): Check =>
  (value, path) => {
    if (typeof value !== type) refuse(value, path, type === 'string' ? 'a string' : 'true or false')
  }
const text = kind('string')
const flag = kind('boolean')
const number: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(value, path, 'a finite number')
}
const label: Check = (value, path) => {
  if (typeof value !== 'string' && typeof value !== 'boolean') number(value, path)
}
const anything: Check = () => {}
const object: Check = (value, path) => {
  if (!isOptionObject(value)) refuse(value, path, 'an object')
}
const oneOf =
  (names: readonly string[]): Check =>
  (value, path) => {
    if (!names.includes(value as string)) refuse(value, path, `one of ${names.join(', ')}`)
  }
const listOf =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return refuse(value, path, 'an array')
    for (let index = 0; index < value.length; index++) check(value[index], `${path}[${index}]`)
  }
/** `optional`: those that may be missing. Others are left alone. */
const fields =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, path) => {
    if (!isOptionObject(value)) return refuse(value, path, 'an object')
    for (const [name, check] of Object.entries(required)) {
      check(Object.hasOwn(value, name) ? value[name] : undefined, `${path}.${name}`)
    }
    for (const [name, check] of Object.entries(optional)) {
      if (Object.hasOwn(value, name)) check(value[name], `${path}.${name}`)
    }
  }

const column = fields(
  { name: text, kind: oneOf(columnKinds), type: oneOf(['string', 'number', 'boolean']), because: text },
  { categories: listOf(text), format: oneOf(dateFormatNames), missingWords: listOf(text) },
)

const numbers = fields({ name: text, median: number, scale: number, bins: listOf(number), hasMissing: flag })
const encodings: Readonly<Record<string, Check>> = {
  number: numbers,
  category: fields({ name: text, words: listOf(text), isPair: flag, hasMissing: flag, hasOthers: flag }),
  date: fields({ name: text, days: numbers, hasHours: flag }),
  text: fields({ name: text, words: listOf(text) }),
}
const encoding: Check = (value, path) => {
  fields({ kind: oneOf(Object.keys(encodings)) })(value, path)
  encodings[(value as { kind: string }).kind](value, path)
}

const scale = fields(
  { mean: number, deviation: number, least: number, greatest: number },
  { logarithm: fields({ shift: number, mean: number, deviation: number }) },
)
const target = fields({
  target: fields({
    name: text,
    task: oneOf(['classification', 'regression']),
    labels: listOf(label),
    shares: listOf(number),
    scale,
  }),
  means: listOf(number),
  calibration: fields({ temperature: number, smoothing: number }),
  members: listOf(
    fields({
      recipe: fields({ name: text, hasBins: flag, isLogarithmic: flag }),
      weight: number,
      networks: listOf(anything),
    }),
  ),
})

const parts = {
  schema: listOf(column),
  encodings: listOf(encoding),
  targets: listOf(target),
  warnings: listOf(text),
  background: fields({ columns: listOf(text), rows: listOf(listOf(anything)) }),
  report: fields({ rows: number, inputs: number, targets: listOf(object) }),
  choices: fields({
    version: text,
    digest: text,
    seed: number,
    options: object,
    folds: listOf(number),
    members: listOf(object),
    recipes: listOf(object),
    left: listOf(text),
  }),
} satisfies Readonly<Record<string, Check>>

/** Throws INVALID_MODEL with the path of the first part that is missing or something else. */
export function checkModel(model: Readonly<Record<string, unknown>>): void {
  for (const [name, check] of Object.entries(parts)) check(Object.hasOwn(model, name) ? model[name] : undefined, name)
}
