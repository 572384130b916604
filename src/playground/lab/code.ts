// The program that does this run again, to the last bit, outside of the page; and the command for a table.
import { shellWord } from '../../shell.ts'
import { batchOf, changesOf, configOf } from './config.ts'
import type { Action, Run } from './run.ts'
import type { Setup } from './setup.ts'

/** Rows beyond this are read from the file that the page saves, instead of standing in the program. */
const MOST_WRITTEN_ROWS = 500

export function codeOf({ setup, problem, division, log }: Run, hash: string): string {
  const { training } = division
  const isWritten = training.rows <= MOST_WRITTEN_ROWS
  const columns = problem.inputNames.length
  const rows = Array.from({ length: isWritten ? training.rows : 0 }, (_, row) =>
    JSON.stringify(Array.from(training.inputs.subarray(row * columns, (row + 1) * columns))),
  )
  const data = isWritten
    ? `const inputs = [\n${wrapped(rows)}\n]\nconst targets = [\n${wrapped(Array.from(training.targets, String))}\n]`
    : `const { inputs, targets } = JSON.parse(await readFile('training-rows.json', 'utf8'))`
  const actions = log.length === 0 ? [{ epochs: 100 }] : log
  return [
    ...(isWritten ? [] : [`import { readFile } from 'node:fs/promises'`]),
    `import { createNetwork } from 'wasmprop'`,
    '',
    `// ${problem.inputNames.map((name) => JSON.stringify(name)).join(', ')} → ${JSON.stringify(problem.targetName)}`,
    data,
    '',
    `const network = await createNetwork(${written(configOf(setup, problem))})`,
    ...(hasSteps(actions) ? ['network.fitScaling(inputs, targets)', ...STEP_LINES(batchOf(setup))] : []),
    ...trainingLines(actions, setup),
    `console.log(network.weightsHash()) // ${hash}`,
    '',
  ].join('\n')
}

const hasSteps = (log: readonly Action[]): boolean => log.some((action) => 'steps' in action)

const STEP_LINES = (batch: number | 'full') => [
  `const batchSize = ${batch === 'full' ? 'inputs.length' : `Math.min(${batch}, inputs.length)`}`,
  'let next = 0',
  'function step() {',
  '  const end = Math.min(next + batchSize, inputs.length)',
  '  network.trainOnBatch(inputs.slice(next, end), targets.slice(next, end))',
  '  next = end === inputs.length ? 0 : end',
  '}',
]

function trainingLines(log: readonly Action[], setup: Setup): string[] {
  const batch = batchOf(setup)
  const size = batch === 'full' ? `'full'` : String(batch)
  let now = setup
  return log.map((action) => {
    if ('steps' in action) return `for (let i = 0; i < ${action.steps}; i++) step()`
    if ('epochs' in action) {
      return `await network.train(inputs, targets, { epochs: ${action.epochs}, batchSize: ${size} })`
    }
    now = { ...now, ...action.change }
    return `network.reconfigure(${written(changesOf(now, action.change))})`
  })
}

/** As many on a line as fit */
function wrapped(parts: readonly string[]): string {
  const lines: string[] = []
  let line = ' '
  for (const part of parts) {
    if (line.length + part.length > 110) {
      lines.push(line)
      line = ' '
    }
    line += ` ${part},`
  }
  return [...lines, line].join('\n')
}

/** Options as a program has them */
function written(config: object): string {
  return JSON.stringify(config, null, 2)
    .replace(/"([a-zA-Z]\w*)":/g, '$1:')
    .replace(/"([\w-]*)"/g, "'$1'")
}

export interface TableRun {
  readonly file: string
  readonly targets: readonly string[]
  readonly kinds: Readonly<Record<string, string>>
  readonly effort: string
  readonly seed: number
}

/** What decides the model, in the words that the command's report has for it */
export function trainingOf({ file, targets, kinds, effort, seed }: TableRun): string {
  const columns = Object.entries(kinds).map(([name, kind]) => `${name}=${kind}`)
  return [
    `wasmprop train ${shellWord(file)} --target ${shellWord(targets.join(','))}`,
    ...(columns.length > 0 ? [`--columns ${shellWord(columns.join(','))}`] : []),
    `--effort ${effort} --seed ${seed}`,
  ].join(' ')
}

export const commandOf = (run: TableRun): string => `npx ${trainingOf(run)} --out model.json`

export function tableCodeOf({ file, targets, kinds, effort, seed }: TableRun): string {
  const target = targets.length === 1 ? targets[0] : targets
  const options = { target, ...(Object.keys(kinds).length > 0 ? { columns: kinds } : {}), effort, seed }
  return `import { readFile, writeFile } from 'node:fs/promises'
import { trainTable } from 'wasmprop/table'

const model = await trainTable(await readFile(${JSON.stringify(file)}), ${JSON.stringify(options)})
await writeFile('model.json', \`\${JSON.stringify(model)}\\n\`)
`
}
