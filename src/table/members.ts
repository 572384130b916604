// The networks of one recipe: a network for every fold and seed, trained side by side on the rows of all other folds and
// watched on those of its own.

import type { NetworkConfig } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import { checkThreads } from '../config/threads.ts'
import { readRows, rowsReader } from '../data/rows.ts'
import { createAll, sharedPlan, trainNetworks } from '../many/training.ts'
import type { Network } from '../network/network.ts'
import { networkFromJSON, restoreNetwork } from '../network/restore.ts'
import type { Signal } from '../platform.ts'
import type { EpochProgress, TrainOptions } from '../training/options.ts'
import { resolveTrainOptions } from '../training/resolve-options.ts'
import type { TrainResult } from '../training/result.ts'
import type { SavedMember, TrainedMembers } from './checkpoint.ts'
import type { BothInputs, Inputs } from './ensemble.ts'
import type { Fold } from './folds.ts'
import { withoutPrototype } from './plain.ts'
import type { Curve } from './progress.ts'
import type { MemberRecipe } from './recipe.ts'
import type { Target } from './target.ts'

/** What all members of a target are trained on */
export interface MemberRows {
  readonly inputs: BothInputs
  readonly target: Target
  /** Class numbers or scaled numbers, by row */
  readonly values: Float64Array
  readonly folds: readonly Fold[]
}

export interface MemberOptions {
  readonly seed: number
  readonly threads: number | 'auto'
  readonly signal: Signal | undefined
  readonly network: object | undefined
  readonly train: object | undefined
  readonly classWeights: readonly number[] | 'balanced' | undefined
}

/** Told after every network, and where one thread trains all, after every epoch */
export type TellMember = (share: number, epoch?: { epoch: number; loss: number; validationLoss?: number }) => void

interface Outcome {
  readonly network: Network
  readonly isDone: boolean
  readonly curve: Curve
}

/** What all copies of the encoded rows may take during the training, in bytes */
const MOST_BYTES = 720 * 2 ** 20
/** From so many bytes of rows on a trained network gives their memory back. */
const MANY_BYTES = 2 ** 22

/** `saved`: members of an earlier call, which go on from there. Fewer networks where the signal ends it. Rejects where an option is wrong; all networks are disposed of then. */
export async function trainMembers(
  recipe: MemberRecipe,
  rows: MemberRows,
  options: MemberOptions,
  tell: TellMember,
  saved: readonly SavedMember[] = [],
): Promise<TrainedMembers> {
  const count = rows.folds.length * recipe.seeds
  const outcomes: Outcome[] = []
  try {
    for (; outcomes.length < saved.length; tell(outcomes.length / count)) {
      outcomes.push(await goOn(recipe, rows, options, saved[outcomes.length], outcomes.length))
    }
    while (outcomes.length < count && !options.signal?.aborted) {
      const chunk = Math.min(count - outcomes.length, chunkOf(inputsOf(recipe, rows)))
      outcomes.push(...(await trainChunk(recipe, rows, options, outcomes.length, chunk, tell)))
    }
  } catch (error) {
    for (const { network } of outcomes) network.dispose()
    throw error
  }
  return {
    networks: outcomes.map(({ network }) => network),
    isDone: outcomes.map(({ isDone }) => isDone),
    curves: outcomes.map(({ curve }) => curve),
    rowBytes: bytesOf(inputsOf(recipe, rows)),
  }
}

export function inputsOf({ hasBins }: Pick<MemberRecipe, 'hasBins'>, { inputs }: { inputs: BothInputs }): Inputs {
  return hasBins ? inputs.withBins : inputs.plain
}

const bytesOf = ({ rows, columns }: Inputs): number => 4 * rows * columns

/**
 * How many networks are in training at a time. There are copies in each of them, here and in the thread that trains it, the
 * encoded rows themselves, and those that all workers share; a single network is trained here.
 */
function chunkOf(inputs: Inputs): number {
  const copies = MOST_BYTES / bytesOf(inputs)
  return Math.max(1, Math.floor((copies - 2) / 2))
}

function createMembers(
  recipe: MemberRecipe,
  rows: MemberRows,
  { seed, network }: MemberOptions,
  first: number,
  count: number,
): Promise<Network[]> {
  const inputs = inputsOf(recipe, rows).columns
  const configs = Array.from({ length: count }, (_, index) => {
    const fold = Math.floor((first + index) / recipe.seeds)
    const own = (seed + 7919 * fold + 104_729 * ((first + index) % recipe.seeds)) >>> 0
    return resolveConfig({
      inputs,
      ...recipe.network,
      ...(recipe.isLinear ? hostOf(network) : network),
      seed: own,
    } as NetworkConfig)
  })
  return createAll(configs, (error) => error)
}

/** Where it is computed concerns linear models as well. */
function hostOf({ engine, wasm }: { engine?: unknown; wasm?: unknown } = withoutPrototype({})): object {
  return { ...(engine === undefined ? {} : { engine }), ...(wasm === undefined ? {} : { wasm }) }
}

async function trainChunk(
  recipe: MemberRecipe,
  rows: MemberRows,
  options: MemberOptions,
  first: number,
  members: number,
  tell: TellMember,
): Promise<Outcome[]> {
  const networks = await createMembers(recipe, rows, options, first, members)
  const inputs = inputsOf(recipe, rows)
  const targets = targetsOf(rows, rows.values)
  const count = rows.folds.length * recipe.seeds
  const { epochs = 100 } = withoutPrototype({ ...recipe.train, ...options.train })
  const share = (member: number, epoch: number) => (first + member + Math.min(1, (epoch + 1) / epochs)) / count
  const isTold = options.threads === 1
  const given: TrainOptions = {
    ...optionsOf(recipe, options),
    validation: { inputs, targets }, // of which `held` are taken
    ...(isTold
      ? {
          onEpoch: ({ network, epoch, loss, validationLoss }: EpochProgress & { network?: number }) => {
            tell(share(network ?? 0, epoch), {
              epoch,
              loss,
              ...(validationLoss === undefined ? {} : { validationLoss }),
            })
          },
        }
      : {}),
  }
  const folds = networks.map((_, index) => rows.folds[Math.floor((first + index) / recipe.seeds)])
  let done = first
  const trained = await trainNetworks(networks, () => ({
    ...sharedPlan,
    options: resolveTrainOptions(given),
    threads: checkThreads(options.threads),
    rowsFor: rowsReader(inputs, targets, '', readRows),
    chosen: folds.map((fold) => fold.trained),
    held: folds.map((fold) => fold.held),
    onEnd: () => tell(++done / count),
  }))
  const outcomes = trained.map(({ network, result }) => ({ network, ...outcomeOf(result) }))
  return bytesOf(inputs) < MANY_BYTES ? outcomes : Promise.all(outcomes.map(shrink))
}

function outcomeOf({ stopReason, loss, validationLoss = new Float64Array() }: TrainResult) {
  return {
    isDone: stopReason !== 'aborted',
    curve: { loss: Array.from(loss), validationLoss: Array.from(validationLoss) },
  }
}

function optionsOf(recipe: MemberRecipe, { train, classWeights, signal }: MemberOptions): TrainOptions {
  return {
    ...recipe.train,
    ...(recipe.isLinear ? {} : train),
    ...(classWeights === undefined ? {} : { classWeights }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** One that was saved, trained to its end unless it is aborted again */
async function goOn(
  recipe: MemberRecipe,
  rows: MemberRows,
  options: MemberOptions,
  saved: SavedMember,
  index: number,
): Promise<Outcome> {
  if (saved === undefined) return (await trainChunk(recipe, rows, options, index, 1, () => {}))[0]
  if ('network' in saved) return { network: await networkFromJSON(saved.network), isDone: true, curve: saved.curve }
  const network = await restoreNetwork(saved.snapshot)
  const { trained } = rows.folds[Math.floor(index / recipe.seeds)]
  const values = Float64Array.from(trained, (row) => rows.values[row])
  try {
    const result = await network.resume(
      selectInputs(inputsOf(recipe, rows), trained),
      targetsOf(rows, values),
      options.signal === undefined ? {} : { signal: options.signal },
    )
    return { network, ...outcomeOf(result) }
  } catch (error) {
    network.dispose()
    throw error
  }
}

export function selectInputs({ data, columns }: Inputs, rows: Uint32Array): Inputs {
  const selected = new Float32Array(rows.length * columns)
  rows.forEach((row, place) => {
    selected.set(data.subarray(row * columns, (row + 1) * columns), place * columns)
  })
  return { data: selected, rows: rows.length, columns }
}

function targetsOf({ target }: MemberRows, values: Float64Array) {
  return target.task === 'classification' ? Array.from(values) : { data: values, rows: values.length, columns: 1 }
}

/** The same network without its rows, where it is done */
async function shrink({ network, isDone, curve }: Outcome): Promise<Outcome> {
  if (!isDone) return { network, isDone, curve }
  const copy = await networkFromJSON(network.toJSON())
  network.dispose()
  return { network: copy, isDone, curve }
}
