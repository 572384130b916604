// What people would use today, on the jobs of the other benches: `npm run bench:peers`, with `-- --quick`,
// `-- --only W1,W8`, `-- --peers brain,tfjs`, `-- --json file`, `-- --markdown file`. Installs what is missing into
// build/peers, and writes the table of the README when all of it was run.
//
// Method. Every peer runs on every job in a process of its own, on one thread. It does the whole job once, cold, and its
// predictions before and after are put into one formula of the loss: only who has learned is timed. Then all processes of the
// job are warmed up until they get no faster, and take turns, sample by sample (see measure.ts). What comes out are minima,
// medians and the 95 % intervals of these; ratios are minimum against minimum.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measure, scale, summarize } from '../../build/bench-kit.js'
import { describeMachine, machineText } from '../../build/bench-machine.js'
import { inProcess, lastError } from '../variants.mjs'
import { binaryOf, folder, install, python } from './install.mjs'
import { describeJob, jobData, jobs, lossOf, taskOf } from './jobs.mjs'
import { doesJob, peers } from './peers.mjs'
import { formatJob, formatSummary, writeReadme } from './table.mjs'

const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
const STARTS = { quick: 3, whole: 15 }

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      peers: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const starts = (list, name) => list === undefined || list.split(',').some((start) => name.startsWith(start))
  const chosen = {
    jobs: jobs.filter(({ name }) => starts(values.only, name)),
    peers: peers.filter(({ name, kind }) => kind === 'wasmprop' || starts(values.peers, name)),
  }
  const isWhole = !values.quick && chosen.jobs.length === jobs.length && chosen.peers.length === peers.length
  return { ...values, ...chosen, isWhole }
}

/** The files that every language reads */
function writeData(job) {
  const { inputs, targets } = jobData(job)
  const files = { inputs: `${folder}data/${job.workload}.inputs`, targets: `${folder}data/${job.workload}.targets` }
  mkdirSync(`${folder}data`, { recursive: true })
  writeFileSync(files.inputs, inputs)
  writeFileSync(files.targets, targets)
  return files
}

/** How to start a peer, and the line that tells it what to do */
function commandOf(peer, job, files) {
  const task = { ...taskOf(job), adapter: peer.adapter, options: peer.options, files }
  if (peer.language === 'node') return [process.execPath, ['runner.mjs'], JSON.stringify(task)]
  if (peer.language === 'python') return [python, ['runner.py'], JSON.stringify(task)]
  const { sizes, activations, loss, optimizer, rate, rows, batchRows, shuffles, epochs, stepsPerEpoch } = task
  const numbers = [rate, rows, batchRows, Number(shuffles), epochs, stepsPerEpoch]
  const words = [files.inputs, files.targets, activations.length, ...sizes, ...activations, loss, optimizer, ...numbers]
  return [binaryOf(peer), [], words.join(' ')]
}

const environment = { cwd: folder, env: { ...process.env, ...ONE_THREAD } }

async function start(peer, job, files) {
  const [command, parameters, line] = commandOf(peer, job, files)
  return inProcess(peer.name, command, parameters, line, environment)
}

/** What is wrong with the predictions of a peer, if anything */
function findFault({ kind }, { before, after, predicted }, data, job) {
  if (kind === 'predict') return predicted.every(Number.isFinite) ? undefined : 'predictions that are not finite'
  const [first, last] = [before, after].map((predictions) => lossOf(job, data, predictions))
  return last < first ? undefined : `the loss does not fall: ${first} → ${last}`
}

function proofOf(job, { before, after }, data) {
  if (job.kind !== 'train') return {}
  return { loss: [lossOf(job, data, before), lossOf(job, data, after)] }
}

/** All peers of a job that can do it, started and proven one after another */
async function startAll(job, chosen, files) {
  const data = jobData(job)
  const started = []
  const failed = {}
  for (const peer of chosen) {
    try {
      const variant = await start(peer, job, files)
      const fault = findFault(job, variant, data, job)
      if (fault === undefined) started.push({ peer, variant, proof: proofOf(job, variant, data) })
      else {
        failed[peer.name] = fault
        variant.stop()
      }
    } catch (error) {
      failed[peer.name] = error.message
    }
  }
  return { started, failed }
}

async function runJob(job, chosen, quick) {
  const files = writeData(job)
  if (job.kind === 'start') return runStarts(job, chosen, files, quick)
  const { started, failed } = await startAll(job, chosen, files)
  const variants = started.map(({ variant }) => variant)
  const seconds = (quick ? 0.5 : 2.5) * variants.length
  const measured = await measure(variants, { seconds, warmUp: quick ? 0.05 : 0.3 })
  for (const { stop } of variants) stop()
  const { factor } = describeJob(job)
  const perRow = job.kind === 'predict' && job.rows === 1
  const results = started.map(({ peer, variant: { cold, note, whole }, proof }) => ({
    peer: peer.name,
    kind: peer.kind,
    ...scale(measured[peer.name], factor),
    // Of a row, the first prediction's; of a job, the first run of all its epochs
    cold: cold * factor,
    isWhole: whole ?? true,
    note,
    ...proof,
    unit: perRow ? 'row' : undefined,
  }))
  return { job: job.name, results, failed }
}

/** Whole processes in turn, beside one that does nothing */
function runStarts(job, chosen, files, quick) {
  const able = chosen.filter(({ language }) => language !== 'c')
  const times = Object.fromEntries([...able.map(({ name }) => [name, []]), ['empty process of Node', []]])
  const failed = {}
  const run = (name, command, parameters, input) => {
    const started = performance.now()
    const { status, stderr } = spawnSync(command, parameters, { ...environment, input, encoding: 'utf8' })
    if (status !== 0) failed[name] = lastError(stderr)
    else times[name].push(performance.now() - started)
  }
  for (let round = 0; round < (quick ? STARTS.quick : STARTS.whole); round++) {
    run('empty process of Node', process.execPath, ['-e', '0'])
    for (const peer of able) {
      if (peer.name in failed) continue
      const [command, parameters, line] = commandOf(peer, job, files)
      run(peer.name, command, parameters, `${line}\n`)
    }
  }
  const kindOf = (name) => able.find((peer) => peer.name === name)?.kind ?? 'empty'
  const results = Object.entries(times)
    .filter(([name]) => !(name in failed))
    .map(([name, samples]) => ({
      peer: name,
      kind: kindOf(name),
      ...summarize(samples.map((sample) => [sample])),
      isWhole: true,
    }))
  return { job: job.name, results, failed }
}

const { jobs: chosenJobs, peers: chosenPeers, isWhole, quick, json, markdown } = readOptions()
const { ready, missing } = install(chosenPeers)
const machine = describeMachine()
const begun = performance.now()
const texts = []
const say = (text) => {
  texts.push(text)
  console.log(text)
}

say(`# Peers${quick ? ' (quick)' : ''}\n\n${machineText(machine)}, one thread each\n`)
for (const [name, reason] of Object.entries(missing)) say(`- not run: ${name} (${reason})`)
const outcomes = []
for (const job of chosenJobs) {
  const outcome = await runJob(
    job,
    ready.filter((peer) => doesJob(peer, job)),
    quick,
  )
  outcomes.push(outcome)
  say(formatJob(job, outcome))
}
const summary = formatSummary(outcomes, machine)
say(`## Summary\n\n${summary}\n`)
say(`${Math.round((performance.now() - begun) / 1000)} s`)
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, quick, missing, outcomes }, null, 2)}\n`)
if (markdown !== undefined) writeFileSync(markdown, `${texts.join('\n')}\n`)
if (isWhole) writeReadme(summary)
const ownFailed = outcomes.some(({ failed }) => Object.keys(failed).some((name) => name.startsWith('wasmprop')))
process.exitCode = ownFailed ? 1 : 0
