// Bundles src/ into dist/, one module per entry and what they share, and into build/ what bench/ needs.
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import * as esbuild from 'esbuild'
import { build } from 'rolldown'

const shared = {
  platform: 'neutral',
  resolve: { mainFields: ['module', 'main'] },
  external: [/^node:/, /^wasmprop/, 'stream'],
}

/** The files of one or more entries: as written, without the types. Who puts them into a page minifies them. */
const bundle = (folder, input, options = {}, plugins = []) =>
  build({ ...shared, input, plugins, output: { dir: folder, chunkFileNames: nameChunk, ...options } })

/** A plugin that puts other code in place of a module. */
const instead = (folder, module, code) => ({
  name: `other ${module}`,
  load: { filter: { id: new RegExp(`src[\\\\/]${folder}[\\\\/]${module}\\.ts$`) }, handler: () => code },
})

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
const APART =
  /src\/(cli|table|engines\/(threads|typescript)|generated\/wasm-|many|node|worker)\b|\/(full-batch|lbfgs)\.ts$|papaparse/

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

/**
 * What the library's workers run: one file that imports nothing, for bundlers and for blobs. Workers that it starts itself run
 * what it was started from. Returns its text.
 */
async function bundleWorkerScript() {
  const file = 'dist/worker-host.js'
  const others = [
    instead('hosts', 'address', 'export const scriptAddress = () => import.meta.url'),
    instead('generated', 'wasm-lanes', "export default ''"), // workers of trainMany are given the compiled module
  ]
  await bundle('dist', { 'worker-host': 'src/worker/script.ts' }, { codeSplitting: false }, others)
  const options = { outfile: file, allowOverwrite: true, bundle: true, format: 'esm', minify: true, target: 'es2022' }
  await esbuild.build({ ...options, entryPoints: [file], logLevel: 'warning' })
  return readFileSync(file, 'utf8')
}

export async function bundleAll() {
  const entries = {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    table: 'src/table/index.ts',
    worker: 'src/worker/client.ts',
  }
  const text = await bundleWorkerScript()
  const withText = [instead('hosts', 'script-text', `export default ${JSON.stringify(text)}`)]
  await bundle('dist', entries, { codeSplitting }, withText)
  await bundle('dist', { cli: 'src/cli/main.ts', 'bench-process': 'src/cli/bench/process.ts' })
  await writeInPlace('typescript-engine')
  // What bench/ shares with the command: not in the package
  await bundle('build', {
    'bench-kit': 'src/cli/bench/kit.ts',
    'bench-machine': 'src/cli/bench/machine.ts',
    'bench-processes': 'src/cli/bench/processes.ts',
    'plain-network': 'src/cli/bench/plain-network.ts',
    'plain-tutorial': 'src/cli/bench/plain-tutorial.ts',
  })
}
