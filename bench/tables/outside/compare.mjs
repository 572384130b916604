// Beside scikit-learn: `node compare.mjs OWN.jsonl REFERENCES.jsonl`, from scores.mjs and references.py. Accuracy or R², the log
// loss, and both normalised: 0 the commonest class or the mean, 1 the best reference.
import { readFileSync } from 'node:fs'
import { cut, index } from './cut.mjs'

const linesOf = (path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length

/** The measures of `predictions` and `probabilities` */
export function measure({ set, split, predictions, probabilities }) {
  const { truth, task } = cut(set, split)
  if (task === 'regression') {
    const middle = mean(truth.map(Number))
    const square = (differenceOf) => truth.reduce((sum, value, row) => sum + differenceOf(Number(value), row) ** 2, 0)
    return { score: 1 - square((value, row) => value - predictions[row]) / square((value) => value - middle) }
  }
  const hits = truth.map((value, row) => Number(String(predictions[row]) === value))
  const losses = truth.map((value, row) => -Math.log(Math.max(1e-15, probabilities?.[row]?.[value] ?? 0)))
  return { score: mean(hits), logLoss: mean(losses) }
}

const [own, references] = process.argv.slice(2, 4).map(linesOf)
const normalised = { score: [], logLoss: [] }
for (const { name } of index) {
  const entries = own.filter(({ set }) => set === name)
  const sums = {}
  for (const entry of entries) {
    const models = references.filter(({ set, split }) => set === name && split === entry.split)
    const all = {
      own: measure(entry),
      ...Object.fromEntries(models.map(({ model, score, logLoss }) => [model, { score, logLoss }])),
    }
    for (const [model, { score }] of Object.entries(all)) sums[model] = (sums[model] ?? 0) + score / entries.length
    for (const [key, sign] of [
      ['score', 1],
      ['logLoss', -1],
    ]) {
      if (all.own[key] === undefined) continue
      const { dummy, ...others } = Object.fromEntries(
        Object.entries(all).map(([model, found]) => [model, sign * found[key]]),
      )
      const best = Math.max(...Object.entries(others).map(([model, value]) => (model === 'own' ? -Infinity : value)))
      if (best > dummy) normalised[key].push(Math.max(-1, Math.min(2, (others.own - dummy) / (best - dummy))))
    }
  }
  const cells = Object.entries(sums).map(([model, score]) => `${model} ${score.toFixed(3)}`)
  if (entries.length > 0) process.stdout.write(`${name.padEnd(14)} ${cells.join('  ')}\n`)
}
for (const [key, list] of Object.entries(normalised)) {
  process.stdout.write(`normalised ${key}, mean of ${list.length}: ${mean(list).toFixed(3)}\n`)
}
