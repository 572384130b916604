// Bundles src/ into dist/, one module per entry and what they share, and into build/ what bench/ needs.
import { basename, dirname } from 'node:path'
import * as esbuild from 'esbuild'
import { build } from 'rolldown'

const shared = { platform: 'neutral', resolve: { mainFields: ['module', 'main'] }, external: [/^node:/, 'wasmprop'] }

/** The files of one or more entries: as written, without the types. Who puts them into a page minifies them. */
const bundle = (folder, input, options = {}, plugins = []) =>
  build({ ...shared, input, plugins, output: { dir: folder, chunkFileNames: nameChunk, ...options } })

/** Workers of trainMany are given compiled modules. */
const withoutBinaries = {
  name: 'without binaries',
  load: { filter: { id: /src[\\/]generated[\\/]/ }, handler: () => "export default ''" },
}

/** engines/threads/engine.ts becomes threads-engine.js */
function nameChunk({ name, facadeModuleId }) {
  return name === 'engine' ? `${basename(dirname(facadeModuleId))}-engine.js` : '[name].js'
}

/** Puts short constants, and functions that only return what they get, where they are used: the TypeScript engine gains 5 to 20 %. */
function writeInPlace(name) {
  const file = `dist/${name}.js`
  const options = { outfile: file, allowOverwrite: true, bundle: true, external: ['./*', 'node:*'], format: 'esm' }
  return esbuild.build({ ...options, entryPoints: [file], minifySyntax: true, logLevel: 'warning' })
}

/** What is loaded on demand, or by one entry alone */
const APART = /src\/(cli|engines\/(threads|typescript)|generated\/wasm-|many|node|worker)\b|\/(full-batch|lbfgs)\.ts$/

// What the entries share in one file: nine files took Node 14 ms to load, two take 10. What only one needs stays out of it,
// so that a worker does not get what trains many networks: dynamic imports count even where tree shaking drops their caller.
const codeSplitting = {
  groups: [{ name: 'core', minShareCount: 2, test: (id) => !APART.test(id.replaceAll('\\', '/')) }],
}

/** What the command `tutorial` runs */
export async function bundleCommand() {
  await bundle('dist', { index: 'src/index.ts' }, { codeSplitting })
  await bundle('dist', { cli: 'src/cli/main.ts', 'bench-process': 'src/cli/bench/process.ts' })
  await writeInPlace('typescript-engine')
}

export async function bundleAll() {
  const entries = {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    worker: 'src/worker/web.ts',
    'worker-node': 'src/worker/node.ts',
    'worker-host': 'src/worker/host-web.ts',
    'worker-host-node': 'src/worker/host-node.ts',
  }
  await bundle('dist', entries, { codeSplitting })
  // On their own: each thread loads one file, and bundlers need not split what a worker loads.
  await bundle('dist', { helper: 'src/engines/threads/helper.ts' })
  await bundle('dist', { hand: 'src/many/hand.ts' }, { codeSplitting: false }, [withoutBinaries])
  await bundle('dist', { cli: 'src/cli/main.ts', 'bench-process': 'src/cli/bench/process.ts' })
  await Promise.all(['typescript-engine', 'hand'].map(writeInPlace))
  // What bench/ shares with the command: not in the package
  await bundle('build', {
    'bench-kit': 'src/cli/bench/kit.ts',
    'bench-machine': 'src/cli/bench/machine.ts',
    'bench-processes': 'src/cli/bench/processes.ts',
    'plain-network': 'src/cli/bench/plain-network.ts',
    'plain-tutorial': 'src/cli/bench/plain-tutorial.ts',
  })
}
