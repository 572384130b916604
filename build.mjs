// Builds dist/ from the compiled WebAssembly and the TypeScript sources: embeds the binaries, makes the float64 copy of the
// TypeScript engine, bundles one module per entry, writes the declarations. With --sources only the first two.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const engine = 'src/engines/typescript'

/** As hexadecimal: gzip finds the repetitions that base64 hides from it (10.9 KB instead of 14.5 on the wire). */
function embed(name) {
  const hexadecimal = readFileSync(`build/${name}.wasm`).toString('hex')
  const file = `src/generated/${name.replace('wasmprop', 'wasm')}.ts`
  writeFileSync(file, `// Made by build.mjs from build/${name}.wasm.\nexport default '${hexadecimal}'\n`)
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
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    return `${name} ${version}\n\n${text.trim()}\n`
  })
  writeFileSync(target, texts.join('\n---\n\n'))
}

mkdirSync('src/generated', { recursive: true })
embed('wasmprop')
embed('wasmprop-relaxed')
embed('wasmprop-threads')
embed('wasmprop-lanes')
copyFloat64()
if (process.argv.includes('--sources')) process.exit()

rmSync('dist', { recursive: true, force: true })
// Whitespace goes, names and line breaks stay: stack traces can be read, and V8 has less to scan.
const shared = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  logLevel: 'warning',
}
await build({
  ...shared,
  entryPoints: {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    worker: 'src/worker/web.ts',
    'worker-node': 'src/worker/node.ts',
    'worker-host': 'src/worker/host-web.ts',
    'worker-host-node': 'src/worker/host-node.ts',
  },
  external: ['node:*'],
  outdir: 'dist',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  splitting: true,
  chunkNames: '[name]-[hash]',
})
// On its own: each helper thread loads it.
await build({
  ...shared,
  entryPoints: { helper: 'src/engines/threads/helper.ts' },
  outdir: 'dist',
  platform: 'neutral',
})
const command = { ...shared, platform: 'node', external: ['wasmprop'] }
await build({
  ...command,
  entryPoints: { cli: 'src/cli/main.ts', 'bench-thread': 'src/cli/bench/thread.ts' },
  outdir: 'dist',
})
// What bench/ shares with the command: not in the package
await build({
  ...command,
  entryPoints: { 'bench-kit': 'src/cli/bench/kit.ts', 'bench-threads': 'src/cli/bench/threads.ts' },
  outdir: 'build',
})
writeLicences('dist/LICENCES.txt', ['@assemblyscript/loader', 'tinybench', 'asciichart'])
copyFileSync('build/wasmprop.wasm', 'dist/wasmprop.wasm')
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
