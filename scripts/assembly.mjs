// Compiles the builds of assembly/ that asconfig.json names. One after the other in one process, since a compiler needs 3 s
// until it is warm: two threads took as long.
import { isMade, makeOnce, readJSON, stampOf } from './stamps.mjs'

/** The target of each build in asconfig.json, and the file that it starts from */
const ENTRIES = {
  float32: 'assembly/index.ts',
  float64: 'assembly/index.ts',
  gradients: 'assembly/gradient-check.ts',
  release: 'assembly/index.ts',
  relaxed: 'assembly/index.ts',
  threads: 'assembly/threads.ts',
  lanes: 'assembly/lanes/index.ts',
  testing: 'assembly/testing.ts',
}

const { targets, options } = readJSON('asconfig.json')

/** Compiles what is not up to date of the given targets, or of all. Returns the files of those that are. */
export async function compileAssembly(names = Object.keys(ENTRIES)) {
  const sources = stampOf(['assembly', 'node_modules/assemblyscript/package.json'])
  const builds = Object.entries(ENTRIES).map(([name, entry]) => {
    const stamp = stampOf([], sources, JSON.stringify([entry, targets[name], options]))
    return { name, stamp, file: targets[name].outFile }
  })
  for (const { name, stamp, file } of builds) {
    if (names.includes(name)) await makeOnce(file, stamp, () => compile(name))
  }
  return builds.filter(({ file, stamp }) => isMade(file, stamp)).map(({ file }) => file)
}

async function compile(name) {
  console.log(`compiling assembly/: ${name}`)
  const { main } = await import('assemblyscript/asc')
  const { error, stderr } = await main([ENTRIES[name], '--target', name])
  const words = stderr.toString()
  if (words !== '') console.error(words)
  if (error) throw new Error(`assembly/, target ${name}: ${error.message}`)
}
