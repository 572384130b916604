// Takes a table that the visitor hands in: checks its size, has it read in the worker, and learns its last column until another is
// chosen. What is handed over is a file's name or a text as it is: nothing is read or split here.
import { MOST_CLASSES, type ShownColumn } from '../../table/messages.ts'
import { change } from '../session.ts'
import { openNew } from './load.ts'

const MEGABYTE = 2 ** 20
const MOST_BYTES = 50 * MEGABYTE

const isLearnable = ({ kind, distinct }: ShownColumn): boolean =>
  kind === 'number' || kind === 'boolean' || (kind === 'category' && distinct <= MOST_CLASSES)

/** A file, or text that was pasted */
export async function takeTable(name: string, source: Blob | string): Promise<void> {
  const size = typeof source === 'string' ? source.length : source.size
  if (size > MOST_BYTES) {
    throw new Error(`Expected at most 50 MB, got ${Math.round(size / MEGABYTE)} MB: use the command for more.`)
  }
  const { digest, read } = await openNew(name, source)
  const learnable = read.columns.filter(isLearnable)
  const usable = read.columns.filter(({ kind }) => kind === 'number' || kind === 'boolean' || kind === 'category')
  if (usable.length < 2)
    throw new Error('Expected at least two columns of numbers or categories that are not the same in every row.')
  const target = learnable.at(-1) ?? usable[usable.length - 1]
  await change({
    data: { kind: 'file', name, digest, target: target.name, kinds: {} },
    holdOut: 0.3,
    scaling: 'standard',
    targetScaling: target.kind === 'number' ? 'standard' : 'none',
  })
}
