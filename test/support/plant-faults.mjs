// Plants faults in src/ and assembly/, one at a time in a copy of the project, and says which of them no test notices.
//
//   node test/support/plant-faults.mjs [--count 60] [--seed 1] [--only src/data] [--list]
//
// Faults are drawn with the seed, spread evenly over the folders: a comparison moved by one or turned round, a sum made a
// difference, a condition negated, a number changed by one, a statement left out. Each is put to the tests of its own room
// first, then to all that run without browsers and other runtimes. Prints one line a fault and, at the end, the survivors.
// What survives deserves a test, or a reason in test/support/excused-faults.json: { "file": { "line of code": "reason" } }.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const copy = join(root, 'build/faults')
const excused = JSON.parse(readFileSync(new URL('excused-faults.json', import.meta.url), 'utf8'))

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
})

/** What takes too long, or needs more than Node: never asked about a fault */
const SLOW = [
  'test/anywhere',
  'test/hosts',
  'test/storm',
  'test/readme.test.ts',
  'test/node/kill.test.ts',
  'test/network/memory.test.ts',
]
const MINUTES = 6

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

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: copy, stdio: 'ignore', timeout: MINUTES * 60_000 })
  return status === 0
}

/** `npm run build` where the compiled modules, or what runs in workers, depend on the file */
function build(file) {
  return /^assembly|^src\/(engines|hosts|worker|many|cli|node)/.test(file)
    ? run('npm', ['run', 'build'])
    : run('node', ['build.mjs', '--sources'])
}

function test(places) {
  const excluded = SLOW.flatMap((place) => ['--exclude', `${place}/**`, '--exclude', place])
  return run('npx', ['vitest', 'run', '--bail', '1', ...excluded, ...places])
}

/** Whether the build or a test turns red */
function isNoticed({ file }) {
  const room = file.startsWith('assembly') ? 'test/assembly' : file.split('/')[1]
  const own = file.startsWith('assembly') ? ['test/assembly', 'test/training/trajectories'] : [`test/${room}`]
  if (!build(file)) return 'by the build'
  const hasRoom = own.every((place) => existsSync(join(root, place)) || place.includes('trajectories'))
  if (hasRoom && !test(own)) return `by the tests of ${own[0]}`
  return test([]) ? undefined : 'by another test'
}

const faults = draw(Number(options.count), Number(options.seed))
const describe = ({ file, line, was, becomes }) =>
  `${file}:${line}  ${was.split('\n')[0]}  →  ${becomes.split('\n')[0]}`
if (options.list) {
  for (const fault of faults) console.log(describe(fault))
  process.exit()
}
makeCopy()
const survivors = []
for (const fault of faults) {
  const path = join(copy, fault.file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.slice(0, fault.start) + fault.becomes + text.slice(fault.end))
  const noticed = isNoticed(fault)
  writeFileSync(path, text)
  if (noticed === undefined) survivors.push(fault)
  console.log(`${noticed === undefined ? 'SURVIVED' : `caught ${noticed}`}  ${describe(fault)}`)
}
build('assembly')
console.log(`\n${faults.length} planted, ${faults.length - survivors.length} caught, ${survivors.length} survived`)
for (const fault of survivors) console.log(`  ${describe(fault)}`)
process.exit(survivors.length > 0 ? 1 : 0)
