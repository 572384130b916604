// Bundles src/ into dist/, one module per entry and what they share, and into build/ what bench/ needs.
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import * as esbuild from 'esbuild'
import { build } from 'rolldown'
import { ascii } from './ascii.mjs'

const shared = {
  platform: 'neutral',
  resolve: { mainFields: ['module', 'main'] },
  external: [/^node:/, /^wasmprop/, 'stream'],
  checks: { pluginTimings: false }, // no warning that plugins take the time that they take
}

const bundle = (folder, input, options = {}, plugins = [], host = {}) =>
  build({
    ...shared,
    ...host,
    input,
    plugins: [...plugins, smallLoader, ownExports],
    output: { dir: folder, chunkFileNames: nameChunk, ...options },
  })

/** Files of dist/, minified: that is less to read for a cold process, and for pages that load them as they are. */
const pack = (input, options = {}, plugins = [], host = {}) =>
  bundle('dist', input, { minify: true, sourcemap: true, ...options }, [...plugins, ascii], host)

/**
 * What of @assemblyscript/loader is left out or replaced. When it is loaded it adds to a global where that lacks something, and
 * makes a decoder of strings: no such string is ever read here, frozen globals would refuse the one, and Hermes the other. Of an
 * instance it makes wrappers for strings, arrays and classes, which a module that exports numbers alone does not have (2 KB).
 */
const CHANGES = [
  [/^const utf16 = new TextDecoder\(.*$/m, ''],
  [/^Object\.hasOwn = Object\.hasOwn \|\| function\(obj, prop\) \{\n.*\n\};?$/m, '\n\n'],
  [/(?<=^ {2}const exports = )postInstantiate\(extended, instance\)(?=;$)/gm, 'instance.exports'],
]
const smallLoader = {
  name: 'small loader',
  transform: {
    filter: { id: /@assemblyscript[\\/]loader[\\/]index\.js$/ },
    handler: (text) => {
      const code = CHANGES.reduce((rest, [found, instead]) => {
        const changed = rest.replace(found, instead)
        if (changed === rest) throw new Error(`@assemblyscript/loader no longer has ${found}`)
        return changed
      }, text)
      return { code, map: null } // line by line as it was
    },
  },
}

/**
 * `diagnose` gets what fits scalings as a copy of its own. Else that would be imported statically by one and on demand by the other,
 * and esbuild, which decides by file, would keep it in every page (1.6 KB).
 */
const COPY = '?copy'
const copyForDiagnose = {
  name: 'copy for diagnose',
  resolveId: {
    filter: { id: /fit-scaling\.ts$/ },
    async handler(source, importer) {
      if (!/[\\/]analysis[\\/]/.test(importer)) return null
      const { id } = await this.resolve(source, importer, { skipSelf: true })
      return `${id}${COPY}`
    },
  },
  load: {
    filter: { id: /\?copy$/ },
    handler: (id) => ({ code: readFileSync(id.slice(0, -COPY.length), 'utf8'), moduleType: 'ts' }),
  },
}

/**
 * The bundler's helper for namespaces lists exports by `for … in`: what a page has put on Object.prototype would be taken for
 * one of them, and the module refused.
 */
const ownExports = {
  name: 'own exports',
  renderChunk(code) {
    if (!code.includes('__exportAll = ')) return null
    const own = code.replace(/for \(var name in all\)/, 'for (var name of Object.keys(all))')
    if (own === code) throw new Error("the bundler's __exportAll no longer lists exports by for … in")
    return { code: own, map: null } // no line was added
  },
}

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
  return esbuild.build({ ...options, entryPoints: [file], minify: true, sourcemap: true, logLevel: 'warning' })
}

/** What is loaded on demand, or by one entry alone */
const APART =
  /src\/(cli|table|engines\/(threads|typescript)|generated\/wasm-|many|node|worker)\b|\/(address|batches|draw|expect-blocks|fit-scaling|fits|from-saved|full-batch|lbfgs|logarithms|long-batch|node-threads|read-json|read-session|read-snapshot|running-scaling|running-worker|hosts\/start|stream|unpack)\.ts$|papaparse/

// What the entries share in one file: nine files took Node 14 ms to load, two take 10. What only one needs stays out of it,
// so that a worker does not get what trains many networks: dynamic imports count even where tree shaking drops their caller.
const codeSplitting = {
  groups: [
    { name: 'core', minShareCount: 2, test: (id) => !APART.test(id.replaceAll('\\', '/')) },
    { name: 'fitting', test: /(fit|running)-scaling\.ts$/ },
    { name: 'hosts', test: /hosts\/(address|node-threads|running-worker|start)\.ts$/ },
    { name: 'logarithms', test: /logarithms\.ts$/ },
  ],
}

/** The command: what finds out which one is meant, and a file for each that is loaded when it runs */
export async function bundleCli() {
  const names = ({ name }) => `cli-${name}.js`
  const entries = { cli: 'src/cli/main.ts', 'bench-process': 'src/cli/bench/process.ts' }
  await pack(entries, { chunkFileNames: names, codeSplitting: { groups: [{ name: startOfCommand }] } }, [], {
    platform: 'node',
  })
}

/**
 * All that the command's entry imports statically in one file: every file takes 1 to 5 ms until the first words. Not the entry
 * itself: what it waits for imports that file too.
 */
function startOfCommand(id, bundle) {
  const { importers } = bundle.getModuleInfo(id)
  const isEntry = (module) => /src[\\/]cli[\\/]main\.ts$/.test(module)
  const isStart = importers.some((module) => isEntry(module) || startOfCommand(module, bundle) !== null)
  return isStart && !isEntry(id) ? 'start' : null
}

/** What the command `tutorial` runs */
export async function bundleCommand() {
  await pack({ index: 'src/index.ts', lesson: 'src/lesson.ts', table: 'src/table/index.ts' }, { codeSplitting }, [
    copyForDiagnose,
  ])
  await bundleCli()
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
  await pack({ 'worker-host': 'src/worker/script.ts' }, { codeSplitting: false }, others)
  return readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '')
}

/**
 * All of `wasmprop` in one file without `import()`: as a module, and as a classic script that defines `wasmprop`. That is what
 * `require` gives as well, in Node as in Jest: in a folder of its own, whose package.json says that it is no module.
 */
async function bundleSingle(plugins) {
  const alone = [instead('hosts', 'address', ALONE), ...plugins]
  // Their maps would be a third of the package, and repeat the other files'.
  const options = { codeSplitting: false, sourcemap: false }
  await pack({ single: 'src/index.ts' }, options, alone)
  await pack({ 'classic/single': 'src/index.ts' }, { ...options, format: 'umd', name: 'wasmprop' }, alone)
  writeFileSync('dist/classic/package.json', '{ "type": "commonjs" }\n')
}

/** Its workers are started from the text of their script. */
const ALONE = "export const scriptAddress = () => { throw new Error('one file has no other beside it') }"

export async function bundleAll() {
  const entries = {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    table: 'src/table/index.ts',
    lesson: 'src/lesson.ts',
    worker: 'src/worker/client.ts',
  }
  const text = await bundleWorkerScript()
  const withText = [instead('hosts', 'script-text', `export default ${JSON.stringify(text)}`)]
  await pack(entries, { codeSplitting }, [...withText, copyForDiagnose])
  await bundleCli()
  await writeInPlace('typescript-engine')
  await bundleSingle(withText)
  // What bench/ shares with the command: not in the package
  await bundle('build', {
    'bench-kit': 'src/cli/bench/kit.ts',
    'bench-machine': 'src/cli/bench/machine.ts',
    'bench-processes': 'src/cli/bench/processes.ts',
    'plain-network': 'src/workloads/plain-network.ts',
    'plain-tutorial': 'src/workloads/plain-tutorial.ts',
  })
}
