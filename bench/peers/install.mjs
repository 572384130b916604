// Puts the peers where they do not touch the project: build/peers has their packages, a link to the built wasmprop, copies of
// the adapters (so that they find the packages), and the compiled C reference.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
export const folder = fileURLToPath(new URL('../../build/peers/', import.meta.url))

const run = (command, parameters, options = {}) =>
  spawnSync(command, parameters, { encoding: 'utf8', shell: process.platform === 'win32', ...options })

/** Installs what the peers need; returns those that can run, and why the others cannot. */
export function install(peers) {
  mkdirSync(folder, { recursive: true })
  installPackages(peers)
  cpSync(here, folder, { recursive: true, filter: (path) => !path.endsWith('package.json') })
  const missing = {}
  const ready = peers.filter((peer) => {
    const reason = { node: () => undefined, python: whyNoPython, c: compile }[peer.language](peer)
    if (reason !== undefined) missing[peer.name] = reason
    return reason === undefined
  })
  return { ready, missing }
}

/** By a package.json of their own, and only when it changes. Install scripts download and compile: none is run. */
function installPackages(peers) {
  const file = `${folder}package.json`
  const before = existsSync(`${folder}node_modules`) && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const needed = Object.assign({ wasmprop: 'file:../..' }, ...peers.map((peer) => peer.packages))
  if (Object.entries(needed).every(([name, version]) => before.dependencies?.[name] === version)) return
  const dependencies = { ...before.dependencies, ...needed }
  writeFileSync(file, `${JSON.stringify({ private: true, type: 'module', dependencies }, null, 2)}\n`)
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--install-links=false']
  const { status, error } = run('npm', ['install', ...options], { cwd: folder, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  rmSync(file)
  throw error ?? new Error('the packages of the peers could not be installed')
}

export const python = ['python3', 'python'].find((command) => run(command, ['-c', '0']).status === 0)

function whyNoPython({ needs }) {
  if (python === undefined) return 'no python3 was found'
  return run(python, ['-c', `import ${needs}`]).status === 0 ? undefined : `python3 has no ${needs}`
}

export const binaryOf = ({ name }) => `${folder}${name.replace(/\W+/g, '-')}`

function compile(peer) {
  const flags = ['-O3', '-ffast-math', ...peer.flags]
  const { error, status, stderr } = run('gcc', [
    ...flags,
    `${here}adapters/${peer.adapter}`,
    '-o',
    binaryOf(peer),
    '-lm',
  ])
  if (error) return 'no gcc was found'
  return status === 0 ? undefined : `gcc: ${stderr.split('\n')[0]}`
}
