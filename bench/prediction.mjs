// Prediction of 10,000 rows at once, and of one row after another, by both engines and plain JavaScript: µs a row. Outputs go
// into an array that is there already.
import { measure, nearTo, ratioOf, scale, workloads } from '../build/bench-kit.js'
import { inChild } from '../build/bench-processes.js'
import { guard, ratioCells, ratioColumns, summaryCells, summaryColumns, times } from './report.mjs'

const PLAIN = 'plain JavaScript'
const contestants = {
  'wasm float32': { contestant: 'wasm', dtype: 'float32' },
  'wasm float64': { contestant: 'wasm', dtype: 'float64' },
  'typescript float32': { contestant: 'typescript', dtype: 'float32' },
  'typescript float64': { contestant: 'typescript', dtype: 'float64' },
  [PLAIN]: { contestant: 'plain', dtype: 'float64' },
}

/** `least`: at most half of the gains of wasm over plain JavaScript in float32 and in float64, by the fastest samples */
const CASES = [
  { workload: 'W3', network: '30-16-1', predicts: 'together', rows: 10_000, least: [3.5, 2] },
  { workload: 'W4', network: '64-64-10', predicts: 'together', rows: 10_000, least: [4.5, 2.3] },
  { workload: 'W3', network: '30-16-1', predicts: 'one by one', rows: 1000, least: [1.5, 1.3] },
  { workload: 'W4', network: '64-64-10', predicts: 'one by one', rows: 1000, least: [4.5, 2.5] },
]
const TOLERANCE = 1e-12

async function prove(name, variants) {
  for (const { sample } of variants) await sample(1)
  const [wasm32, wasm64, typescript32, typescript64, plain] = await Promise.all(variants.map(({ result }) => result()))
  const same = (one, other) => one.values.every((value, i) => Object.is(value, other.values[i]))
  return [
    { name: `${name} float32: typescript has the bits of wasm`, holds: same(wasm32, typescript32) },
    { name: `${name} float64: typescript has the bits of wasm`, holds: same(wasm64, typescript64) },
    nearTo(`${name}: ${PLAIN}`, wasm64, plain, TOLERANCE),
  ]
}

export async function run({ quick }) {
  const parts = { proofs: [], guards: [], rows: [], results: {} }
  for (const { network, least, workload, predicts, rows } of CASES) {
    const name = `${network}, ${predicts === 'together' ? `${rows} rows at once` : 'one row'}`
    const options = { workload, predicts, rows, epochs: 1, shuffles: workloads[workload].shuffles }
    const variants = []
    for (const [key, contestant] of Object.entries(contestants))
      variants.push(await inChild(key, { ...options, ...contestant }))
    parts.proofs.push(...(await prove(name, variants)))
    const timed = variants.filter(({ name: key }) => !quick || !key.startsWith('typescript'))
    const measured = await measure(timed, quick ? { seconds: 0.6, warmUp: 0.1 } : { seconds: 10, warmUp: 0.5 })
    for (const { stop } of variants) await stop()
    parts.results[name] = {}
    for (const [key, summary] of Object.entries(measured)) {
      const scaled = { ...scale(summary, 1000), ratio: ratioOf(summary, measured['wasm float32']) }
      parts.results[name][key] = scaled
      parts.rows.push([`${name}: ${key}`, ...summaryCells(scaled), ...ratioCells(scaled.ratio)])
    }
    for (const [index, wasm] of ['wasm float32', 'wasm float64'].entries()) {
      const gain = measured[PLAIN].min / measured[wasm].min
      parts.guards.push(guard(`${name}: ${wasm} against ${PLAIN}`, gain, least[index], times))
    }
  }
  const { rows, ...others } = parts
  return {
    title: 'Prediction, µs a row',
    tables: [{ columns: ['', ...summaryColumns, ...ratioColumns('wasm float32')], rows }],
    ...others,
  }
}
