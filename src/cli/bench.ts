// `wasmprop bench`: proves that both engines come to the same weights, then times them, with the spread.
import { cpus } from 'node:os'
import { Bench, type Task } from 'tinybench'
import { commonRules, type Rules, type Values } from './arguments.ts'
import { type BenchNetwork, benchNetworks } from './bench-networks.ts'
import {
  type Contestant,
  DTYPES,
  type Dtype,
  ENGINES,
  type Prepared,
  prepare,
  preparePlain,
  prove,
} from './contestants.ts'
import { bold, dim, duration, green, print, printJson, table } from './terminal.ts'

export const benchUsage = [
  'race the engines over networks of several sizes',
  '',
  'Proves first that both come to the same weights, then times each from the same start.',
]

export const benchRules = {
  quick: { type: 'flag', help: 'two small networks, a moment each' },
  ...commonRules,
} as const satisfies Rules

/** Times of one epoch in milliseconds */
interface Timing {
  readonly engine: Contestant
  readonly dtype: Dtype
  readonly mean: number
  readonly median: number
  readonly min: number
  /** Half of the 95 % interval of the mean */
  readonly interval: number
  readonly samples: number
  /** Median divided by that of wasm in the same dtype */
  readonly ratio: number
}

interface Outcome {
  readonly network: string
  readonly rows: number
  readonly batchSize: number | 'full'
  readonly epochsPerRun: number
  /** Always true: nothing is timed where the engines differ */
  readonly identical: true
  /** The equal hash of both engines' weights after one run */
  readonly hashes: Record<Dtype, string>
  readonly timings: readonly Timing[]
}

export async function bench({ quick, json }: Values<typeof benchRules>): Promise<void> {
  const machine = describeMachine()
  if (!json) printHead(machine)
  const outcomes: Outcome[] = []
  for (const network of quick ? benchNetworks.slice(0, 2) : benchNetworks) {
    const outcome = await raceOn(network, quick)
    outcomes.push(outcome)
    if (!json) printOutcome(outcome)
  }
  if (json) printJson({ command: 'bench', ...machine, unit: 'milliseconds per epoch', quick, networks: outcomes })
}

function describeMachine() {
  const processors = cpus()
  return {
    machine: processors[0]?.model.trim() ?? 'unknown processor',
    processors: processors.length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  }
}

async function raceOn(network: BenchNetwork, quick: boolean): Promise<Outcome> {
  const prepared: Prepared[] = []
  for (const dtype of DTYPES) for (const engine of ENGINES) prepared.push(await prepare(network, engine, dtype))
  const hashes = prove(network, prepared)
  if (network.inputs[0].length === 2) prepared.push(preparePlain(network, prepared))
  const timings = await timeAll(prepared, network.epochs, quick)
  for (const each of prepared) each.network?.dispose()
  const { name, inputs, batchSize, epochs } = network
  return { network: name, rows: inputs.length, batchSize, epochsPerRun: epochs, identical: true, hashes, timings }
}

async function timeAll(prepared: readonly Prepared[], epochs: number, quick: boolean): Promise<Timing[]> {
  const race = new Bench({
    time: quick ? 50 : 500,
    iterations: 10,
    warmupTime: quick ? 20 : 200,
    warmupIterations: 5,
    throws: true,
  })
  for (const [index, { restart, run }] of prepared.entries()) {
    // Letting the host breathe between runs, a signal such as Ctrl-C is heard.
    const beforeEach = () => new Promise<void>((resolve) => setImmediate(resolve)).then(restart)
    race.add(String(index), run, { beforeEach })
  }
  await race.run()
  const medians = race.tasks.map((task) => latencyOf(task).p50)
  return prepared.map(({ engine, dtype }, index) => {
    const { mean, p50, min, moe, samplesCount } = latencyOf(race.tasks[index])
    const wasm = medians[prepared.findIndex((each) => each.engine === 'wasm' && each.dtype === dtype)]
    const [perMean, median, least, interval] = [mean, p50, min, moe].map((time) => time / epochs)
    return { engine, dtype, mean: perMean, median, min: least, interval, samples: samplesCount, ratio: p50 / wasm }
  })
}

function latencyOf({ name, result }: Task) {
  if (result.state === 'completed') return result.latency
  throw new Error(`task ${name} did not complete: ${result.state}`)
}

function printHead({ machine, processors, platform, node, date }: ReturnType<typeof describeMachine>): void {
  print(`${bold('wasmprop bench')}: ${machine}, ${processors} processors, ${platform}, Node ${node}, ${date}`)
  print(dim('Time per epoch; ± is the 95 % interval of the mean; ratio is median / median of wasm in the same dtype'))
}

function printOutcome({ network, rows, batchSize, epochsPerRun, hashes, timings }: Outcome): void {
  const epochs = `${epochsPerRun} epoch${epochsPerRun === 1 ? '' : 's'} a run`
  print(`\n${bold(network)}, ${rows} rows, batches of ${batchSize === 'full' ? rows : batchSize}, ${epochs}`)
  print(`  ${green('equal weights')}: float32 ${hashes.float32}, float64 ${hashes.float64}`)
  const lines = timings.map(({ engine, dtype, mean, median, min, interval, ratio }) => [
    engine,
    dtype,
    duration(mean),
    `±${((interval / mean) * 100).toFixed(1)} %`,
    duration(median),
    duration(min),
    ratio.toFixed(2),
  ])
  const [head, ...body] = table([['engine', 'dtype', 'mean', '', 'median', 'min', 'ratio'], ...lines], 2)
  print(`  ${dim(head)}`)
  for (const line of body) print(`  ${line}`)
}
