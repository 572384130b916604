// What was made of which files, so that only what has changed is made again: build/stamps.json.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'

const STAMPS = 'build/stamps.json'

export const readJSON = (file) => JSON.parse(readFileSync(file, 'utf8'))

const readStamps = () => (existsSync(STAMPS) ? readJSON(STAMPS) : {})

/** Of the given files, of all files in the given folders, and of words */
export function stampOf(paths, ...words) {
  const hash = createHash('sha256').update(words.join('\n'))
  for (const file of paths.flatMap(filesIn)) hash.update(`\n${file}\n`).update(readFileSync(file))
  return hash.digest('hex')
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path]
  const entries = readdirSync(path, { recursive: true }).sort()
  const files = entries.map((name) => `${path}/${name}`).filter((file) => !statSync(file).isDirectory())
  // The page is named by itself where it counts: the package is not made of it.
  return path === 'src' ? files.filter((file) => !file.startsWith('src/playground/')) : files
}

/** Whether the file or folder is there and was made of the same. */
export function isMade(path, stamp) {
  return existsSync(path) && readStamps()[path] === stamp
}

/** Runs `make` unless that is so. */
export async function makeOnce(path, stamp, make) {
  if (isMade(path, stamp)) return
  mkdirSync('build', { recursive: true })
  writeStamp(path, undefined) // should it be interrupted
  await make()
  writeStamp(path, stamp)
}

function writeStamp(path, stamp) {
  writeFileSync(STAMPS, `${JSON.stringify({ ...readStamps(), [path]: stamp }, null, 2)}\n`)
}
