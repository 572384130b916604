// Hosts that npm brings, in folders of their own below build/hosts, and the lines that the matrix prints of them.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../anywhere/package.ts'

const shell = process.platform === 'win32'

/** Installs what is missing of packages, by the folder that each comes to lie in. Returns the folder that they are in. */
export function installHosts(name: string, packages: Readonly<Record<string, string>>): string {
  const home = join(ROOT, 'build/hosts', name)
  if (Object.keys(packages).some((name) => !existsSync(join(home, 'node_modules', name)))) {
    mkdirSync(home, { recursive: true })
    rmSync(join(home, 'node_modules/wasmprop'), { recursive: true, force: true }) // npm could not tell whose it is
    writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n')
    // All of them: npm removes what it is not asked for.
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--prefer-offline', ...Object.values(packages)]
    const { status } = spawnSync('npm', args, { cwd: home, stdio: 'inherit', shell })
    if (status !== 0) throw new Error(`${Object.keys(packages)} could not be installed: is there a network?`)
  }
  return home
}

/** Puts this package, as it is built, beside what was installed. */
export function linkLibrary(home: string): void {
  const library = join(home, 'node_modules/wasmprop')
  if (!existsSync(library)) symlinkSync(ROOT, library, 'junction')
}

export function versionIn(home: string, name: string): string {
  return JSON.parse(readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8')).version
}

/** What a program of Node prints; a failure is thrown with all that it printed. */
export function output(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 400_000 })
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}\n${stdout}\n${stderr}`)
  return stdout + stderr
}

/** Starts a server of Node, and waits until it says that it is ready. */
export async function startServer(cwd: string, args: string[], ready: RegExp): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  let words = ''
  for await (const chunk of child.stdout) {
    words += chunk
    if (ready.test(words)) break
  }
  if (!ready.test(words)) throw new Error(`${args.join(' ')} ended:\n${words}`)
  return child
}

export async function endServer(child: ChildProcess): Promise<void> {
  child.kill()
  if (child.exitCode === null) await once(child, 'exit')
}

/** Host, version, what ran, hash */
export function say(host: string, version: string, ...ran: string[]): void {
  console.log([host, version, ...ran].join('\t'))
}
