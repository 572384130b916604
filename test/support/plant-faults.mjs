// Plants faults in src/ and assembly/, one at a time in a copy of the project, and says which of them no test notices.
//
//   node test/support/plant-faults.mjs [--count 60] [--seed 1] [--only src/data] [--minutes 10] [--again] [--list]
//
// Faults are drawn with the seed, spread evenly over the folders: a comparison moved by one or turned round, a sum made a
// difference, a condition negated, a number changed by one, a statement left out. Each is put to the tests of its own room
// first, then to all that run without browsers and other runtimes. Prints one line a fault and, at the end, the survivors.
// What was found stays in build/faults.json: a call that was ended, or that ran out of its `--minutes`, is gone on with by
// the next one; `--again` asks for the survivors once more. What survives deserves a test, or a reason in
// test/support/excused-faults.json: { "file": { "line of code": "reason" } }.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const copy = join(root, 'build/faults')
const results = join(root, 'build/faults.json')
const excused = JSON.parse(readFileSync(new URL('excused-faults.json', import.meta.url), 'utf8'))

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: 'Infinity' },
    again: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const MINUTES = 15

/** What, beside the tests of its own room, sees most of a room's faults */
const LIKELY = {
  assembly: ['test/numerics/', 'test/training/trajectories.test.ts', 'test/many/train-many.test.ts'],
  engine: ['test/engines/'],
  engines: ['test/training/trajectories.test.ts', 'test/tables/'],
  errors: ['test/bad-input.test.ts'],
  hosts: ['test/worker/', 'test/many/threads.test.ts'],
  numerics: ['test/tables/', 'test/training/train.test.ts'],
  options: ['test/config/', 'test/training/options.test.ts'],
  tables: ['test/types/'],
  memory: ['test/engines/engines.test.ts', 'test/model/'],
}

const OPERATORS = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
  '??': '||',
  '+=': '-=',
  '-=': '+=',
}

/** A small generator of its own, so that the same seed plants the same faults */
function generator(seed) {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function sourcesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return /generated|float64$/.test(path) ? [] : sourcesBelow(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

/** All faults that could be planted in a file: where, what stands there, and what would */
function faultsOf(file) {
  const text = readFileSync(join(root, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const faults = []
  const add = (node, becomes) => {
    const start = node.getStart(source)
    const { line } = source.getLineAndCharacterOfPosition(start)
    const code = text.split('\n')[line].trim()
    if (excused[file]?.[code] === undefined) {
      faults.push({ file, start, end: node.getEnd(), line: line + 1, was: node.getText(source), becomes })
    }
  }
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    if (ts.isThrowStatement(node)) return // what a message says is the business of the tests of messages
    if (ts.isBinaryExpression(node)) {
      const becomes = OPERATORS[node.operatorToken.getText(source)]
      if (becomes && !/['"`]/.test(node.getText(source))) add(node.operatorToken, becomes)
    } else if (ts.isIfStatement(node)) {
      add(node.expression, `!(${node.expression.getText(source)})`)
    } else if (ts.isNumericLiteral(node) && !ts.isEnumMember(node.parent)) {
      add(node, String(Number(node.text) + 1))
    } else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      add(node, ';')
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return faults
}

/** So many faults, the folders taken in turn */
function draw(count, seed) {
  const below = generator(seed)
  const folders = new Map()
  for (const fault of candidates()) {
    const folder = dirname(fault.file)
    folders.set(folder, [...(folders.get(folder) ?? []), fault])
  }
  const rooms = [...folders.values()]
  const drawn = []
  for (let turn = 0; drawn.length < count && rooms.some((room) => room.length > 0); turn++) {
    const room = rooms[turn % rooms.length]
    if (room.length > 0) drawn.push(...room.splice(below(room.length), 1))
  }
  return drawn
}

function candidates() {
  return ['src', 'assembly']
    .flatMap(sourcesBelow)
    .filter((file) => file.startsWith(options.only))
    .flatMap(faultsOf)
}

/** A copy of the project in which faults can be planted; what is installed is shared. */
function makeCopy() {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  const skipped = new Set(['node_modules', '.git', 'build'])
  for (const entry of readdirSync(root)) {
    if (!skipped.has(entry)) cpSync(join(root, entry), join(copy, entry), { recursive: true })
  }
  mkdirSync(join(copy, 'build'))
  for (const entry of readdirSync(join(root, 'build'), { withFileTypes: true })) {
    if (entry.isFile()) cpSync(join(root, 'build', entry.name), join(copy, 'build', entry.name))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

/** Whether the command ends well in time; what it has started ends with it. */
async function run(command, args) {
  const child = spawn(command, args, { cwd: copy, stdio: 'ignore', detached: true })
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), MINUTES * 60_000)
  const [status] = await once(child, 'exit')
  clearTimeout(timer)
  return status === 0
}

/** dist/ as well where the file runs in workers or processes of its own, or in one of dist/ */
async function build(file) {
  const isBundled = /^assembly|^src\/(engines|hosts|worker|many|cli|node|table)/.test(file)
  const bundle = ['-e', "import('./scripts/bundle.mjs').then(({ bundleAll }) => bundleAll())"]
  return (await run('node', ['build.mjs', '--sources'])) && (!isBundled || (await run('node', bundle)))
}

function test(places) {
  const config = ['--config', 'test/support/faults.config.ts']
  return run('node', ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', ...config, ...places])
}

/** What of the likely tests notices the fault, or the build */
async function seenAtOnce({ file }) {
  const room = file.startsWith('assembly') ? 'assembly' : file.split('/')[1].replace('.ts', '')
  if (!(await build(file))) return 'by the build'
  const likely = [`test/${room}/`, ...(LIKELY[room] ?? [])].filter((place) => existsSync(join(root, place)))
  for (const place of likely) if (!(await test([place]))) return `by ${place}`
}

/** Whether any other test does */
async function seenAtAll({ file }) {
  return (await build(file)) && (await test([])) ? undefined : 'by another test'
}

const faults = draw(Number(options.count), Number(options.seed))
const describe = ({ file, line, was, becomes }) =>
  `${file}:${line}  ${was.split('\n')[0]}  →  ${becomes.split('\n')[0]}`
if (options.list) {
  for (const fault of faults) console.log(describe(fault))
  process.exit()
}

/** Found before, by the fault and the text of its file */
const found = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {}
const UNSEEN = 'not seen at once'
const SURVIVED = 'SURVIVED'

/** Plants a fault for as long as tests are asked about it. */
async function ask(fault, question, otherwise) {
  const path = join(copy, fault.file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.slice(0, fault.start) + fault.becomes + text.slice(fault.end))
  const by = await question(fault)
  writeFileSync(path, text)
  await build(fault.file)
  found[keyOf(fault)] = by === undefined ? otherwise : `caught ${by}`
  writeFileSync(results, `${JSON.stringify(found, null, 2)}\n`)
  console.log(`${found[keyOf(fault)]}  ${describe(fault)}`)
}

function keyOf(fault) {
  const text = readFileSync(join(root, fault.file))
  return `${createHash('sha256').update(text).digest('hex').slice(0, 8)} ${fault.start} ${describe(fault)}`
}

const resultOf = (fault) => found[keyOf(fault)]
if (options.again) for (const fault of faults) if (resultOf(fault) === SURVIVED) delete found[keyOf(fault)]
const end = Date.now() + Number(options.minutes) * 60_000
const hasTime = () => Date.now() < end

makeCopy()
if (!existsSync(results) && !(await test([]))) throw new Error('tests fail where no fault is planted: mend them first')
for (const fault of faults) if (hasTime() && resultOf(fault) === undefined) await ask(fault, seenAtOnce, UNSEEN)
for (const fault of faults) if (hasTime() && resultOf(fault) === UNSEEN) await ask(fault, seenAtAll, SURVIVED)

const asked = faults.filter((fault) => resultOf(fault)?.startsWith('caught') || resultOf(fault) === SURVIVED)
const survivors = asked.filter((fault) => resultOf(fault) === SURVIVED)
console.log(`\n${faults.length} drawn, ${asked.length} planted, ${survivors.length} survived`)
for (const fault of survivors) console.log(`  ${describe(fault)}`)
process.exit(survivors.length > 0 ? 1 : 0)
