// Takes a table that the visitor hands in: checks its size, reads it in the worker, and learns its last column until another is chosen.
import { change } from '../session.ts'
import { digestOf, keepFile, MOST_BYTES } from './files.ts'
import { open } from './load.ts'

const KINDS = new Set(['category', 'boolean', 'number'])

export async function takeFile(file: Blob & { readonly name: string }): Promise<void> {
  if (file.size > MOST_BYTES) {
    throw new Error(`Expected at most 50 MB, got ${Math.round(file.size / 2 ** 20)} MB: use the command for more.`)
  }
  const digest = await digestOf(file)
  const { read } = await open(file.name, digest, file)
  await keepFile(digest, file)
  const usable = read.schema.filter(({ kind }) => KINDS.has(kind))
  if (usable.length < 2) throw new Error('Expected at least two columns of numbers or categories.')
  const target = usable[usable.length - 1]
  await change({
    data: { kind: 'file', name: file.name, digest, target: target.name, kinds: {} },
    holdOut: 0.3,
    scaling: 'standard',
    targetScaling: target.kind === 'number' ? 'standard' : 'none',
  })
}

export const takeText = (text: string): Promise<void> =>
  takeFile(Object.assign(new Blob([text], { type: 'text/csv' }), { name: 'pasted table' }))
