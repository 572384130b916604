// What a page downloads: the core entry bundled and minified by esbuild, the binary of a dtype, and the chunks loaded on demand.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { goal, guard } from './report.mjs'

/** Until the first prediction */
const WANTED = 34_000
/** Gzip, a little above what they are: who needs more raises them knowingly. */
const MOST = { entry: 68_500, createOnly: 45_500, binary: 10_900 }
const folder = fileURLToPath(new URL('.', import.meta.url))

const bytes = (count) => `${(count / 1000).toFixed(2)} KB`

function sizesOf(contents) {
  return { bytes: contents.length, gzip: gzipSync(contents, { level: 9 }).length }
}

/** The files that esbuild makes of a line of imports, with what each imports and how */
async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder, sourcefile: 'entry.js' },
    absWorkingDir: folder,
    outdir: 'bundled',
    entryNames: 'entry',
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    // It warns of chunks without side effects that are imported for nothing else.
    logLevel: 'error',
  })
  return Object.entries(metafile.outputs).map(([name, { imports, inputs }]) => ({
    name,
    imports,
    inputs: Object.keys(inputs),
    ...sizesOf(outputFiles.find(({ path }) => path.replaceAll('\\', '/').endsWith(name)).contents),
  }))
}

/** The names of what loads with `name`: it and all that it imports statically */
function loadedWith(files, name, names = new Set()) {
  if (names.has(name)) return names
  names.add(name)
  for (const { path, kind } of files.find((file) => file.name === name).imports) {
    if (kind === 'import-statement') loadedWith(files, path, names)
  }
  return names
}

const sum = (files, key) => files.reduce((total, file) => total + file[key], 0)

async function measureEntry(contents) {
  const files = await bundle(contents)
  const entry = files.find(({ name }) => name.endsWith('entry.js'))
  const names = loadedWith(files, entry.name)
  const loaded = files.filter(({ name }) => names.has(name))
  return {
    bytes: sum(loaded, 'bytes'),
    gzip: sum(loaded, 'gzip'),
    files: loaded.length,
    lazy: files.filter(({ name }) => !names.has(name)),
  }
}

export async function run() {
  const entry = await measureEntry("export * from '../dist/index.js'")
  const createOnly = await measureEntry("export { createNetwork } from '../dist/index.js'")
  const binary = sizesOf(readFileSync(new URL('../dist/wasm-float32.js', import.meta.url)))
  const rows = [
    [`whole entry (${entry.files} files)`, entry.bytes, entry.gzip],
    [`only createNetwork (${createOnly.files} files)`, createOnly.bytes, createOnly.gzip],
    ['binary of float32 networks, as text, loaded by createNetwork', binary.bytes, binary.gzip],
    ['until the first prediction', createOnly.bytes + binary.bytes, createOnly.gzip + binary.gzip],
    ...entry.lazy.map((file) => [`on demand: ${file.name.replace(/^.*\//, '')}`, file.bytes, file.gzip]),
  ]
  return {
    title: 'Size, bytes; bundled and minified by esbuild, gzip level 9',
    tables: [{ columns: ['', 'bytes', 'gzip'], rows }],
    goals: [goal('size: until the first prediction, gzip', createOnly.gzip + binary.gzip, WANTED, bytes, true)],
    guards: Object.entries({ entry, createOnly, binary }).map(([name, { gzip }]) =>
      guard(`size: ${name}, gzip`, gzip, MOST[name], bytes, true),
    ),
    results: { entry, createOnly, binary },
  }
}
