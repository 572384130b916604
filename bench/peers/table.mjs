// The peers' results as Markdown: a table per job, and the one of the README, which compares the best of each kind.
import { readFileSync, writeFileSync } from 'node:fs'
import { uncertainty } from '../../build/bench-kit.js'
import { machineText } from '../../build/bench-machine.js'
import { formatTable, number, percent, times } from '../report.mjs'
import { describeJob, jobs } from './jobs.mjs'

const README = new URL('../../README.md', import.meta.url)
const [BEGIN, END] = ['<!-- peers: written by npm run bench:peers -->', '<!-- /peers -->']

const byMinimum = (results) => [...results].sort((a, b) => a.min - b.min)
const loss = (value) => Number(value.toPrecision(3))

/** All peers of a job, the fastest first; ratios to the faster wasmprop */
export function formatJob(job, { results, failed }) {
  const { unit } = describeJob(job)
  const own = bestOf(results, 'wasmprop')
  const rows = byMinimum(results).map((result) => [
    result.peer,
    number(result.min),
    number(result.median),
    percent(uncertainty(result)),
    result.cold === undefined ? '' : number(result.cold),
    own ? times(result.min / own.min) : '',
    result.loss ? `${loss(result.loss[0])} → ${loss(result.loss[1])}` : '',
    [result.note, result.isWhole ? undefined : 'stopped before its end'].filter(Boolean).join('; '),
  ])
  const columns = ['', `min, ${unit}`, 'median', '±', 'cold', 'min : wasmprop', 'loss of the whole job', '']
  const others = Object.entries(failed).map(([name, reason]) => `- not timed: ${name} (${reason})`)
  return [`## ${title(job)}`, formatTable({ columns, rows }), others.join('\n')].filter(Boolean).join('\n\n')
}

const title = (job) => (describeJob(job).what === job.name ? job.name : `${job.name}: ${describeJob(job).what}`)

const bestOf = (results, kind) => byMinimum(results.filter((result) => result.kind === kind))[0]

/** The table of the README: wasmprop in its faster dtype, and the best of each kind as times of that */
export function formatSummary(outcomes, machine) {
  const columns = ['', 'wasmprop', 'best npm package', 'npm', 'plain JavaScript', 'NumPy, PyTorch', 'C']
  const rows = outcomes.map(({ job: name, results }) => {
    const job = jobs.find((each) => each.name === name)
    const own = bestOf(results, 'wasmprop')
    const npm = bestOf(results, 'npm')
    const isNear = job.kind === 'train' && npm?.note !== undefined
    const told = (result, star = '') =>
      result ? `${result.peer}${star} ${number(result.min)} (${number(result.median)})` : '–'
    const ratio = (kind) => (own && bestOf(results, kind) ? times(bestOf(results, kind).min / own.min) : '–')
    return [
      `${title(job)}, ${describeJob(job).unit}`,
      told(own).replace('wasmprop ', ''),
      told(npm, isNear ? '*' : ''),
      ratio('npm'),
      ...['plain', 'native', 'C128'].map(ratio),
    ]
  })
  const legend =
    'Minimum (median) of the faster dtype; then minima : that of wasmprop, above 1 where wasmprop is faster. C is compiled ' +
    'with -O3 -ffast-math for 128-bit vectors without fusing, which is what WebAssembly has. * does a ' +
    'near job, not this one: row by row, another loss or optimizer.'
  // Without the commit: the table becomes part of the next one.
  return `${machineText({ ...machine, commit: undefined })}, one thread.\n\n${formatTable({ columns, rows })}\n\n${legend}`
}

export function writeReadme(summary) {
  const text = readFileSync(README, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`README.md lacks the lines ${BEGIN} and ${END}`)
  writeFileSync(README, `${text.slice(0, begin)}${BEGIN}\n\n${summary}\n\n${text.slice(end)}`)
}
