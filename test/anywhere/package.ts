// The package as users get it: packed from the built sources and installed in an empty folder, without a network.
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
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
  /** Copies files of test/anywhere into the folder. */
  add(...names: string[]): void
  /** Runs Node in the folder and returns what it prints; a failure is thrown with all that was printed. */
  node(...args: string[]): Promise<string>
  /** The same with another command */
  run(command: string, args: string[]): Promise<string>
  remove(): void
}

export async function installPackage(): Promise<Installed> {
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
    return {
      folder,
      packed: files.map((file: { path: string }) => file.path),
      add: (...names) => {
        for (const name of names) copyFileSync(join(ROOT, 'test/anywhere', name), join(folder, name))
      },
      node: (...args) => run(process.execPath, args, folder),
      run: (command, args) => run(command, args, folder),
      remove: () => rmSync(folder, { recursive: true, maxRetries: 5 }),
    }
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
}

function npm(args: string[], cwd: string): Promise<string> {
  return run('npm', args, cwd)
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  try {
    const shell = process.platform === 'win32' && command === 'npm'
    const { stdout } = await promisify(execFile)(command, args, { cwd, shell, timeout: 110_000 })
    return stdout
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string }
    throw new Error(`${message}\n${stdout ?? ''}\n${stderr ?? ''}`)
  }
}
