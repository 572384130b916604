// The package as users get it: packed from the built sources and installed in an empty folder, without a network. Once for a run
// of tests (support/shared.ts).
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Installed {
  /** Has node_modules/wasmprop */
  readonly folder: string
  /** Paths of the files in the tarball */
  readonly packed: string[]
  /** Runs Node in the folder and returns what it prints; a failure is thrown with all that was printed. */
  node(...args: string[]): Promise<string>
  /** The same with another command */
  run(command: string, args: string[]): Promise<string>
}

/** In a folder of its own */
export interface OwnInstalled extends Installed {
  /** Copies files of test/anywhere into the folder. */
  add(...names: string[]): void
  remove(): void
}

/** In a folder of the caller's own */
export async function installPackage(): Promise<OwnInstalled> {
  if (process.env.WASMPROP_SHARED === undefined) return installByNpm()
  const { folder: from, packed } = await sharedPackage()
  const folder = mkdtempSync(join(tmpdir(), 'wasmprop-installed-'))
  for (const name of ['node_modules', 'package.json']) cpSync(join(from, name), join(folder, name), { recursive: true })
  return installedIn(folder, packed)
}

/** In the folder of the whole run: with the files of test/anywhere, and in `built` its bundled pages as Vite builds them */
export async function sharedPackage(): Promise<Installed> {
  const response = await fetch(`${process.env.WASMPROP_SHARED}/package`, { method: 'POST' })
  if (!response.ok) throw new Error(await response.text())
  const { folder, packed } = (await response.json()) as Installed
  return installedIn(folder, packed)
}

/** Makes what `sharedPackage` gives: once for a run. */
export async function makePackage(): Promise<OwnInstalled> {
  const installed = await installByNpm()
  const pages = readdirSync(join(ROOT, 'test/anywhere')).filter((name) => !name.endsWith('ts'))
  installed.add(...pages)
  const { build } = await import('vite')
  await build({
    root: installed.folder,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: 'built',
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: BUNDLED.map((page) => join(installed.folder, page)) },
    },
  })
  return installed
}

const BUNDLED = ['index.html', 'many-bundled.html', 'threads-bundled.html', 'worker-bundled.html']

async function installByNpm(): Promise<OwnInstalled> {
  if (!existsSync(join(ROOT, 'dist/index.js'))) throw new Error('the library is not built: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'wasmprop-installed-'))
  try {
    const pack = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)
    const [{ filename, files }] = JSON.parse(pack)
    // --prefix, or npm would look for a package in the folders above
    await npm(
      ['install', '--prefix', '.', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', filename],
      folder,
    )
    const packed = files.map((file: { path: string }) => file.path)
    return installedIn(folder, packed)
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
}

function installedIn(folder: string, packed: string[]): OwnInstalled {
  return {
    folder,
    packed,
    add: (...names) => {
      for (const name of names) copyFileSync(join(ROOT, 'test/anywhere', name), join(folder, name))
    },
    node: (...args) => run(process.execPath, args, folder),
    run: (command, args) => run(command, args, folder),
    remove: () => rmSync(folder, { recursive: true, maxRetries: 5 }),
  }
}

function npm(args: string[], cwd: string): Promise<string> {
  return run('npm', args, cwd)
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  try {
    const shell = process.platform === 'win32' && command === 'npm'
    const { stdout } = await promisify(execFile)(command, args, { cwd, shell, timeout: 280_000 })
    return stdout
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string }
    throw new Error(`${message}\n${stdout ?? ''}\n${stderr ?? ''}`)
  }
}
