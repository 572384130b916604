// Builds dist/ from the compiled WebAssembly and the TypeScript sources: embeds the binaries, makes the float64 copy of the
// TypeScript engine, bundles one module per entry, writes the declarations. With --sources only the first two.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import * as esbuild from 'esbuild'
import { build } from 'rolldown'

const engine = 'src/engines/typescript'

/** As hexadecimal: gzip finds the repetitions that base64 hides from it (12.5 KB instead of 17.7 for the base build). */
function embed(name) {
  const hexadecimal = readFileSync(`build/${name}.wasm`).toString('hex')
  const file = `src/generated/${name.replace('wasmprop', 'wasm')}.ts`
  const lines = [
    `// Made by build.mjs from build/${name}.wasm.`,
    `const hexadecimal: string = '${hexadecimal}'`,
    'export default hexadecimal',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`) // without its type the declarations would hold the text as well
}

function copyFloat64() {
  rmSync(`${engine}/float64`, { recursive: true, force: true })
  mkdirSync(`${engine}/float64`)
  for (const file of readdirSync(`${engine}/float32`))
    copyFileSync(`${engine}/float32/${file}`, `${engine}/float64/${file}`)
  copyFileSync(`${engine}/float64.dtype.ts`, `${engine}/float64/dtype.ts`)
}

/** The licences of the libraries that are bundled into dist/ */
function writeLicences(target, names) {
  const texts = names.map((name) => {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
    // The loader comes without the licence that it shares with the compiler.
    const folder = `node_modules/${name.replace('@assemblyscript/loader', 'assemblyscript')}`
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const notice = existsSync(`${folder}/NOTICE`) ? [readFileSync(`${folder}/NOTICE`, 'utf8')] : []
    const parts = [`${name} ${version}`, readFileSync(`${folder}/${file}`, 'utf8'), ...notice]
    return `${parts.map((part) => part.trim()).join('\n\n')}\n`
  })
  writeFileSync(target, [...texts, FDLIBM].join('\n---\n\n'))
}

/** Its e_log.c is what the logarithms follow, coefficients included. */
const FDLIBM = `fdlibm

Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.

Developed at SunSoft, a Sun Microsystems, Inc. business.
Permission to use, copy, modify, and distribute this
software is freely granted, provided that this notice
is preserved.
`

mkdirSync('src/generated', { recursive: true })
embed('wasmprop')
embed('wasmprop-relaxed')
embed('wasmprop-threads')
embed('wasmprop-lanes')
copyFloat64()
if (process.argv.includes('--sources')) process.exit()

rmSync('dist', { recursive: true, force: true })
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

await bundle(
  'dist',
  {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    worker: 'src/worker/web.ts',
    'worker-node': 'src/worker/node.ts',
    'worker-host': 'src/worker/host-web.ts',
    'worker-host-node': 'src/worker/host-node.ts',
  },
  // What the entries share in one file: nine files took Node 14 ms to load, two take 10. What only one needs stays out of it,
  // so that a worker does not get what trains many networks: dynamic imports count even where tree shaking drops their caller.
  {
    codeSplitting: {
      groups: [{ name: 'core', minShareCount: 2, test: (id) => !APART.test(id.replaceAll('\\', '/')) }],
    },
  },
)
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
writeLicences('dist/LICENCES.txt', ['@assemblyscript/loader', 'tinybench', 'asciichart'])
copyFileSync('build/wasmprop.wasm', 'dist/wasmprop.wasm')
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
