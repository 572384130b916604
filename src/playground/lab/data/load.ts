// Where the rows of a setup come from: drawn sets at once, files by the worker that reads tables.
import { signal } from '@preact/signals'
import { ask } from '../../table/client.ts'
import type { Kept, Kinds, ReadTable } from '../../table/messages.ts'
import type { Problem } from '../problem.ts'
import type { DataChoice, FileChoice, Setup } from '../setup.ts'
import { drawnProblem, drawnSets, drawSet, type FileSetName, fileSets } from './sets.ts'

/** The table that is open, with what its visitor made of it */
export interface OpenTable {
  readonly name: string
  readonly digest: string
  readonly read: ReadTable
  readonly kinds: Kinds
}

export const openTable = signal<OpenTable | undefined>(undefined)

export async function problemFor(setup: Setup): Promise<Problem> {
  const { data } = setup
  if (data.kind === 'points') {
    if (data.points.length < 2) throw new Error('Draw at least two points.')
    return drawnProblem(data.points)
  }
  if (data.kind === 'file') return tableProblem(data)
  if (Object.hasOwn(drawnSets, data.name)) return drawSet(data.name as keyof typeof drawnSets, setup)
  const { target } = fileSets[data.name as FileSetName]
  return tableProblem({ name: `${data.name}.csv`, digest: data.name, target, kinds: {} })
}

/** The target that a built-in file has */
export function targetOf(data: DataChoice): string {
  if (data.kind === 'file') return data.target
  return data.kind === 'set' && Object.hasOwn(fileSets, data.name) ? fileSets[data.name as FileSetName].target : ''
}

const isEqual = (a: Kinds, b: Kinds) => JSON.stringify(a) === JSON.stringify(b)

let last: { key: string; problem: Problem } | undefined

async function tableProblem({ name, digest, target, kinds }: Omit<FileChoice, 'kind'>): Promise<Problem> {
  const asWanted = (table: OpenTable) => table.digest === digest && isEqual(table.kinds, kinds)
  if (openTable.value === undefined || !asWanted(openTable.value)) {
    const read = await ask('read', { source: await keptOf(name, digest), kinds })
    openTable.value = { name, digest, read, kinds }
  }
  const key = JSON.stringify([digest, target, kinds])
  if (last?.key !== key) last = { key, problem: await ask('encode', { target, title: name }) }
  return last.problem
}

/** The text of a file that comes with the page, or the name of one that the worker keeps */
async function keptOf(name: string, digest: string): Promise<Kept> {
  if (digest === 'iris') return { text: (await import('../../../../data/iris.csv?raw')).default }
  if (digest === 'penguins') return { text: (await import('../../../../data/penguins.csv?raw')).default }
  return { name, digest }
}

/** Reads what the visitor hands in, and keeps it. */
export async function openNew(name: string, source: Blob | string): Promise<OpenTable> {
  const { digest, ...read } = await ask('take', { source })
  openTable.value = { name, digest, read, kinds: {} }
  return openTable.value
}
