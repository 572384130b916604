// Compiles the programs against the package, as if it were installed beside them, with any version of TypeScript.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'build/programs')

/** How programs find packages; `node` is what older ones have */
export const resolutions = [
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'node' },
] as const

/** Nothing but the language, and as strict as programs can be: the library's types are checked as well. */
export const LANGUAGE_ALONE = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2022',
  lib: ['es2022'],
  types: [],
}

/** Puts the programs where `import 'wasmprop'` finds this package, or what is installed of it. Returns the folder. */
export function installPrograms(library = root): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  cpSync(fileURLToPath(new URL('programs', import.meta.url)), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  symlinkSync(library, join(folder, 'node_modules/wasmprop'), 'junction')
  return folder
}

/** What TypeScript says of the programs */
export function complaintsOf(typescript: typeof ts, names: readonly string[], options: object): string[] {
  const converted = typescript.convertCompilerOptionsFromJson({ ...options, preserveSymlinks: true }, folder)
  const files = names.map((name) => join(folder, name))
  const diagnostics = typescript.getPreEmitDiagnostics(typescript.createProgram(files, converted.options))
  return [...converted.errors, ...diagnostics].map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    return `${file?.fileName ?? ''}:${line} ${typescript.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}
