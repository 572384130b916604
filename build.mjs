// Builds what has changed: the WebAssembly of assembly/ into build/, sources made of it, dist/. `--sources`: no dist/;
// `--start`: what `npm start` runs, unless all of it is there.
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, rmSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { compileAssembly } from './scripts/assembly.mjs'
import { bundleAll, bundleCommand } from './scripts/bundle.mjs'
import { writeLicences } from './scripts/licences.mjs'
import { makeSources } from './scripts/sources.mjs'
import { isMade, makeOnce, stampOf } from './scripts/stamps.mjs'

/** What dist/ is made of */
const INPUTS = ['assembly', 'build.mjs', 'package-lock.json', 'package.json', 'scripts', 'src', 'tsconfig.build.json']
const [option] = process.argv.slice(2)

async function makeAll() {
  rmSync('dist', { recursive: true, force: true })
  await Promise.all([bundleAll(), declareTypes()])
  writeLicences()
  copyFileSync('build/wasmprop.wasm', 'dist/wasmprop.wasm')
  cpSync('build/types', 'dist/types', { recursive: true, filter: isDeclared })
}

/**
 * Writes declarations into build/types, those of changed sources only: all of them take as long as the bundles. That the types are right
 * is for the tests to see, and takes twice as long.
 */
async function declareTypes() {
  try {
    await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'])
  } catch (error) {
    throw new Error(`the types are wrong:\n${error.stdout ?? error}`)
  }
}

/** A folder, or a declaration whose source is still there */
function isDeclared(path) {
  return statSync(path).isDirectory() || (path.endsWith('.d.ts') && existsSync(sourceOf(path)))
}

function sourceOf(declaration) {
  return declaration
    .replaceAll('\\', '/')
    .replace('build/types/', '')
    .replace(/\.d\.ts$/, '.ts')
}

async function makeCommand() {
  rmSync('dist', { recursive: true, force: true })
  await bundleCommand()
}

async function main() {
  const isStart = option === '--start'
  makeSources(await compileAssembly(isStart ? ['float64'] : undefined))
  if (option === '--sources') return
  const stamp = stampOf(INPUTS)
  if (isStart && isMade('dist/types', stamp)) return
  await (isStart ? makeOnce('dist/cli.js', stamp, makeCommand) : makeOnce('dist/types', stamp, makeAll))
}

await main()
