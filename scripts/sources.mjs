// The sources that are made: the binaries embedded in modules, and the float64 copy of the TypeScript engine.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const BINARIES = ['float32', 'float64', 'gradients', 'relaxed', 'threads', 'lanes']
/** Comes with the library itself. It is compiled beside the build of float32 alone, and not looked at without that. */
const READ_AT_ONCE = 'gradients'
const ENGINE = 'src/engines/typescript'

/** `compiled`: the files of the builds that are up to date */
export function makeSources(compiled) {
  mkdirSync('src/generated', { recursive: true })
  const files = [...BINARIES.map((name) => embed(name, compiled)), writeVersion()]
  for (const name of readdirSync('src/generated')) if (!files.includes(name)) rmSync(`src/generated/${name}`)
  copyFloat64()
}

/** As hexadecimal: gzip finds the repetitions that base64 hides from it (9.5 KB instead of 11.8 for float32). */
function embed(name, compiled) {
  const file = `build/wasmprop-${name}.wasm`
  const lines = [
    `// Made from ${file}`,
    ...(compiled.includes(file) || name === READ_AT_ONCE
      ? []
      : [`throw new Error('${file} was not built: npm run build')`]),
    // Without its type the declarations would hold the text as well.
    `const hexadecimal: string = '${compiled.includes(file) ? readFileSync(file, 'hex') : ''}'`,
    'export default hexadecimal',
  ]
  writeChanged(`src/generated/wasm-${name}.ts`, `${lines.join('\n')}\n`)
  return `wasm-${name}.ts`
}

/** For what is only the same in the same version */
function writeVersion() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  writeChanged('src/generated/version.ts', `// Made from package.json\nexport const VERSION: string = '${version}'\n`)
  return 'version.ts'
}

function copyFloat64() {
  mkdirSync(`${ENGINE}/float64`, { recursive: true })
  const files = readdirSync(`${ENGINE}/float32`)
  for (const name of readdirSync(`${ENGINE}/float64`)) if (!files.includes(name)) rmSync(`${ENGINE}/float64/${name}`)
  for (const file of files) {
    const source = file === 'dtype.ts' ? `${ENGINE}/float64.dtype.ts` : `${ENGINE}/float32/${file}`
    copyFileSync(source, `${ENGINE}/float64/${file}`)
  }
}

/** Leaves a file alone that is right: watchers and stamps need not see it. */
function writeChanged(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}
