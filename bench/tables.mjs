// How good models of tables are, and how long they take: `node bench/tables.mjs FOLDER [--effort quick] [--sets a,b]`.
//
// FOLDER has train and test files, NAME.train.csv, NAME.test.csv, and index.json with [{ name, target, task }]. Each is run through
// the command with no other option, as a user would: train, then evaluate. Prints a line a set, and the mean beside the baseline.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { effort: { type: 'string', default: 'standard' }, sets: { type: 'string' } },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('usage: node bench/tables.mjs FOLDER [--effort quick|standard|thorough] [--sets a,b]')
  process.exit(2)
}

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return stdout
}

const wanted = values.sets?.split(',')
const sets = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).filter(
  ({ name }) => wanted?.includes(name) ?? true,
)
const scratch = mkdtempSync(join(tmpdir(), 'wasmprop-bench-'))
try {
  for (const { name, target } of sets) {
    const model = join(scratch, `${name}.json`)
    const started = performance.now()
    run(
      'train',
      join(folder, `${name}.train.csv`),
      '--target',
      target,
      '--out',
      model,
      '--effort',
      values.effort,
      '--quiet',
    )
    const seconds = (performance.now() - started) / 1000
    const scores = JSON.parse(run('evaluate', model, join(folder, `${name}.test.csv`), '--json'))
    const shown = Object.entries(scores).map(([key, value]) => `${key} ${Number(value).toPrecision(4)}`)
    console.log(`${name.padEnd(16)}${seconds.toFixed(1).padStart(6)} s  ${shown.join('  ')}`)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
