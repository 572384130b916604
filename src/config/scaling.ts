// The option `scaling` of a configuration.
import { unexpected } from '../errors.ts'
import { checkName, isOptionObject, readOptions, refuse } from '../options/check.ts'
import { type ChosenLoss, losses } from '../tables/losses.ts'
import { type ResolvedConfig, type ResolvedScaling, scalings } from './config.ts'
import { checkNumbers } from './numbers.ts'

/** Longer lists take V8 minutes and then crash it. */
const MOST_LISTED_COLUMNS = 2 ** 25

/** Checks both, for so many columns. */
export function resolveScalings(
  given: Readonly<Record<'inputs' | 'targets', unknown>>,
  inputs: number,
  outputs: number,
  loss: ChosenLoss,
): ResolvedConfig['scaling'] {
  const targets = resolveScaling(given.targets, 'scaling.targets', outputs)
  if (targets.name !== 'none' && losses[loss.name].targets !== 'number') {
    const advice = `; leave it out, or choose another loss such as meanSquaredError`
    refuse(
      'scaling.targets',
      `"none" with the loss ${loss.name}, whose targets are probabilities`,
      given.targets,
      advice,
    )
  }
  return { inputs: resolveScaling(given.inputs, 'scaling.inputs', inputs), targets }
}

function resolveScaling(value: unknown, path: string, columns: number): ResolvedScaling {
  if (value === undefined) return { name: 'none' }
  const forms = '{ divideBy } or { offset, scale }'
  if (!isOptionObject(value)) return { name: checkName(value, path, scalings, `, or ${forms}`) }
  const given = readOptions(value, path, ['divideBy', 'offset', 'scale'])
  const isDivision = given.divideBy !== undefined
  const isShift = given.offset !== undefined || given.scale !== undefined
  if (isDivision === isShift) refuse(path, `either ${forms}`, value, isShift ? ' with both' : ' with neither')
  const divisor = isDivision ? 'divideBy' : 'scale'
  const scale = checkColumns(given[divisor], `${path}.${divisor}`, columns)
  return {
    name: 'given',
    offset: checkColumns(isDivision ? 0 : given.offset, `${path}.offset`, columns),
    scale: scale.map((number) => (number === 0 ? 1 : number)),
  }
}

/** One number for all columns, or one for each: as a list with one for each */
function checkColumns(value: unknown, path: string, columns: number): number[] {
  if (Array.isArray(value)) return checkNumbers(value, path, columns, 'float64')
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    refuse(path, `a finite number, or an array of ${columns}, one per column`, value)
  }
  if (columns <= MOST_LISTED_COLUMNS) return new Array<number>(columns).fill(value)
  const got = `${columns}; scale the data beforehand`
  throw unexpected('OUT_OF_MEMORY', path, `at most ${MOST_LISTED_COLUMNS} columns`, got)
}
