// Builds dist/ from the compiled WebAssembly and the TypeScript sources: embeds the binaries, makes the float64 copy of the
// TypeScript engine, bundles one module per entry, writes the declarations. With --sources only the first two.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const engine = 'src/engines/typescript'

function embed(name) {
  const base64 = readFileSync(`build/${name}.wasm`).toString('base64')
  const file = `src/generated/${name.replace('wasmprop', 'wasm')}.ts`
  writeFileSync(file, `// Made by build.mjs from build/${name}.wasm.\nexport default '${base64}'\n`)
}

function copyFloat64() {
  rmSync(`${engine}/float64`, { recursive: true, force: true })
  mkdirSync(`${engine}/float64`)
  for (const file of readdirSync(`${engine}/float32`))
    copyFileSync(`${engine}/float32/${file}`, `${engine}/float64/${file}`)
  copyFileSync(`${engine}/float64.dtype.ts`, `${engine}/float64/dtype.ts`)
}

mkdirSync('src/generated', { recursive: true })
embed('wasmprop')
embed('wasmprop-relaxed')
copyFloat64()
if (process.argv.includes('--sources')) process.exit()

rmSync('dist', { recursive: true, force: true })
const shared = { bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning' }
await build({
  ...shared,
  entryPoints: { index: 'src/index.ts' },
  outdir: 'dist',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  splitting: true,
  chunkNames: '[name]-[hash]',
})
await build({
  ...shared,
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  platform: 'node',
  external: ['wasmprop'],
})
copyFileSync('build/wasmprop.wasm', 'dist/wasmprop.wasm')
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit', shell: process.platform === 'win32' })
