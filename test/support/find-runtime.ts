// Finds the other runtimes in which the package is tested: the npm packages of runtimes.json, which `npm run setup` installs in
// a folder of their own, since `npm ci` empties node_modules.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import versions from './runtimes.json' with { type: 'json' }

export type Runtime = keyof typeof versions

export const runtimes = Object.keys(versions) as Runtime[]

/** The path of a runtime's executable */
export function findRuntime(runtime: Runtime): string | undefined {
  const command = process.platform === 'win32' ? `${runtime}.cmd` : runtime
  const path = fileURLToPath(new URL(`../../build/runtimes/node_modules/.bin/${command}`, import.meta.url))
  return existsSync(path) ? path : undefined
}

/** As it is called in reports */
export function nameOf(runtime: Runtime): string {
  return `${runtime} ${versions[runtime]}`
}
