// Who imports whom in a folder of TypeScript: types, re-exports and `import()` count as imports.
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'

/** What each file or folder imports, by names relative to the folder that was read */
export type Imports = ReadonlyMap<string, ReadonlySet<string>>

/** The imports of all files, without those from elsewhere */
export function readImports(folder: URL): Imports {
  const entries = readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'))
  const files = entries.filter((name) => /(?<!\.d)\.tsx?$/.test(name))
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(new URL(file, folder), 'utf8'), true, true)
      const imported = importedFiles.map(({ fileName }) => posix.join(posix.dirname(file), fileName))
      return [file, new Set(imported.filter((name) => files.includes(name)))]
    }),
  )
}

/** The same between what `nameOf` puts together */
export function foldImports(imports: Imports, nameOf: (file: string) => string): Imports {
  const folded = new Map<string, Set<string>>()
  for (const [file, imported] of imports) {
    const own = nameOf(file)
    const others = folded.get(own) ?? new Set()
    for (const name of imported) if (nameOf(name) !== own) others.add(nameOf(name))
    folded.set(own, others)
  }
  return folded
}

/** Names that import each other in a circle, in order; undefined: there is none. */
export function findCircle(imports: Imports): string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (name: string): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (done.has(name)) return undefined
    path.push(name)
    for (const imported of imports.get(name) ?? []) {
      const circle = visit(imported)
      if (circle) return circle
    }
    path.pop()
    done.add(name)
    return undefined
  }
  for (const name of imports.keys()) {
    const circle = visit(name)
    if (circle) return circle
  }
  return undefined
}

/** The longest chain in which each imports the next, where there are no circles */
export function longestChain(imports: Imports): string[] {
  const chains = new Map<string, string[]>()
  const chainFrom = (name: string): string[] => {
    const known = chains.get(name)
    if (known) return known
    const chain = [name, ...longest([...(imports.get(name) ?? [])].map(chainFrom))]
    chains.set(name, chain)
    return chain
  }
  return longest([...imports.keys()].map(chainFrom))
}

function longest(chains: readonly string[][]): string[] {
  return chains.reduce((best, chain) => (chain.length > best.length ? chain : best), [])
}

/** Imports of what stands later in the order, or not in it at all */
export function misplacedImports(imports: Imports, order: readonly string[]): string[] {
  const misplaced: string[] = []
  for (const [name, imported] of imports) {
    const place = order.indexOf(roomOf(name))
    for (const other of imported) {
      const otherPlace = order.indexOf(roomOf(other))
      if (place < 0 || otherPlace < 0 || otherPlace > place) misplaced.push(`${name} imports ${other}`)
    }
  }
  return misplaced
}

/** The folder of `src/` that a file lies in, however deep; a file of `src/` itself */
export function roomOf(file: string): string {
  return file.split('/')[0]
}
