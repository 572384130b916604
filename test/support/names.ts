// Names of options and of other properties that may be absent, as the sources declare them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `name?:` of interfaces in the files below the folders */
export function optionalNames(source: string, folders: readonly string[]): string[] {
  const names = new Set<string>()
  for (const folder of folders) {
    for (const path of readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts')) continue
      const text = readFileSync(join(source, folder, path), 'utf8')
      for (const [, name] of text.matchAll(/^\s+(?:readonly )?(\w+)\?:/gm)) names.add(name)
    }
  }
  return [...names].sort()
}
