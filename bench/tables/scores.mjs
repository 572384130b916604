// What the command makes of tables with fixed splits: `node bench/tables/scores.mjs FOLDER OUT.jsonl [--effort standard]
// [--sets a,b] [--splits 0,1] [--command dist/cli.js]` after `npm run build`. FOLDER has a module cut.mjs with `index` (the sets:
// name, variant_of) and `cut(set, split)` → { train, test, target, ext }, the text of both parts, the second without the target.
// Nothing but target and effort is said to the command. OUT gets a line of JSON for each set and split, with what was predicted
// and the seconds of training, by the clock and of the processor; a run that was stopped goes on. FOLDER's compare.mjs scores it.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    effort: { type: 'string', default: 'standard' },
    sets: { type: 'string' },
    splits: { type: 'string', default: '0,1,2,3,4' },
    command: { type: 'string', default: fileURLToPath(new URL('../../dist/cli.js', import.meta.url)) },
  },
})
const [folder, out] = positionals
if (out === undefined) {
  process.stderr.write(
    'node bench/tables/scores.mjs FOLDER OUT.jsonl [--effort] [--sets a,b] [--splits 0,1] [--command]\n',
  )
  process.exit(2)
}
const { cut, index } = await import(pathToFileURL(resolve(folder, 'cut.mjs')).href)
const sets = values.sets?.split(',') ?? index.filter((set) => set.variant_of === undefined).map(({ name }) => name)
const place = mkdtempSync(join(tmpdir(), 'wasmprop-scores-'))

/** Writes what the process used as the last line of its stderr. */
const COUNTER = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('\\n' + (user + system) / 1e6) })",
)}`

function run(...args) {
  const started = performance.now()
  const given = ['--import', COUNTER, values.command, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`${args.join(' ')}\n${stderr}`)
  const processor = Number(stderr.slice(stderr.lastIndexOf('\n') + 1))
  return { document: JSON.parse(stdout), seconds: (performance.now() - started) / 1000, processor }
}

function score(set, split) {
  const { train, test, target, ext } = cut(set, split)
  const [trainFile, testFile, model] = [`train.${ext}`, `test.${ext}`, 'model.json'].map((name) => join(place, name))
  writeFileSync(trainFile, train)
  writeFileSync(testFile, test)
  const trained = run(
    'train',
    trainFile,
    '--target',
    target,
    '--effort',
    values.effort,
    '--out',
    model,
    '--force',
    '--json',
  )
  const { predictions, probabilities } = run('predict', model, testFile, '--json').document
  const { seconds, processor, document } = trained
  const members = document.choices.members.filter(({ weight }) => weight > 0).map(({ name, weight }) => [name, weight])
  return { set, split, predictions, probabilities, seconds, processor, members, loss: document.report.targets[0].loss }
}

const done = existsSync(out)
  ? readFileSync(out, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : []
try {
  for (const split of values.splits.split(',').map(Number)) {
    for (const set of sets) {
      if (done.some((entry) => entry.set === set && entry.split === split)) continue
      const entry = score(set, split)
      appendFileSync(out, `${JSON.stringify(entry)}\n`)
      const { seconds, processor, members } = entry
      const made = members.map(([name, weight]) => `${Math.round(100 * weight)} % ${name}`).join(', ')
      process.stdout.write(`${set} ${split}: ${seconds.toFixed(1)} s, processor ${processor.toFixed(1)} s; ${made}\n`)
    }
  }
} finally {
  rmSync(place, { recursive: true, force: true })
}
