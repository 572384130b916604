// Tables that export.R wrote to build/outside-tables, cut as references.py cuts them: every fifth row is held out. For scores.mjs.
import { readFileSync } from 'node:fs'
import Papa from 'papaparse'

const folder = new URL('../../../build/outside-tables/', import.meta.url)
const rowsIn = (name) => Papa.parse(readFileSync(new URL(`${name}.csv`, folder), 'utf8'), { skipEmptyLines: true }).data

export const index = rowsIn('index')
  .slice(1)
  .map(([name, target, task]) => ({ name, target, task }))

export function cut(set, split) {
  const { target, task } = index.find(({ name }) => name === set)
  const [names, ...rows] = rowsIn(set)
  const at = names.indexOf(target)
  const withoutTarget = (row) => row.filter((_, column) => column !== at)
  const held = rows.filter((_, row) => row % 5 === split)
  const train = [names, ...rows.filter((_, row) => row % 5 !== split)]
  const test = [names, ...held].map(withoutTarget)
  return {
    train: Papa.unparse(train),
    test: Papa.unparse(test),
    target,
    ext: 'csv',
    task,
    truth: held.map((row) => row[at]),
  }
}
