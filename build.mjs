// Builds what has changed: the WebAssembly of assembly/ into build/, sources made of it, dist/. `--sources`: no dist/;
// `--start`: what `npm start` runs, unless all of it is there.
import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
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
  await bundleAll()
  writeLicences()
  copyFileSync('build/wasmprop.wasm', 'dist/wasmprop.wasm')
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
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
