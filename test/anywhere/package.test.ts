// What is in the package. That TypeScript finds its types: test/types.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Installed, sharedPackage } from './package.ts'

let installed: Installed
let manifest: Record<string, Record<string, unknown>>

beforeAll(async () => {
  installed = await sharedPackage()
  manifest = JSON.parse(readFileSync(join(installed.folder, 'node_modules/wasmprop/package.json'), 'utf8'))
})

describe('the package', () => {
  it('has what is built, tables for first steps, README, licence, change log and package.json, and nothing else', () => {
    const others = installed.packed.filter((path) => !/^(data|dist)\//.test(path))
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  })

  it('has every file that package.json names', () => {
    const named = pathsIn([manifest.exports, manifest.bin, manifest.main, manifest.types])
    expect(named.length).toBeGreaterThan(0)
    for (const path of named) expect(installed.packed).toContain(path.replace(/^\.\//, ''))
  })

  it('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts ?? {})
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$|^prepublish$/.test(name))).toEqual([])
    expect(installed.packed).not.toContain('binding.gyp')
  })

  it('brings at most the loader along', () => {
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    expect(dependencies.filter((name) => name !== '@assemblyscript/loader')).toEqual([])
  })

  it('imports nothing but its own files in the core', async () => {
    const { metafile } = await esbuild.build({
      entryPoints: [join(installed.folder, 'node_modules/wasmprop/dist/index.js')],
      bundle: true,
      format: 'esm',
      packages: 'external',
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
    const others = imports.filter(({ external }) => external).map(({ path }) => path)
    expect(others.filter((path) => path !== '<runtime>')).toEqual([]) // esbuild's own
  })
})

/** All strings in a part of package.json */
function pathsIn(part: unknown): string[] {
  if (typeof part === 'string') return [part]
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(pathsIn) : []
}
