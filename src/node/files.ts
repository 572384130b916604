// Files that are replaced as a whole: whoever reads one finds the old bytes or the new ones, whenever this process is killed
// or the power goes. The bytes are on the disk before they get the file's name, and the name before the call returns.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Errors of folders that cannot be synced: all of Windows', and those of some network file systems */
const UNSUPPORTED = ['EACCES', 'EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM']

/** Throws Node's error, with the path, where that fails: the old file is still there then, and nothing else is left. */
export function replaceFileSync(path: string, bytes: Uint8Array): void {
  const { file: target, mode } = targetOf(path)
  const temporary = temporaryFor(target)
  try {
    useFileSync(temporary, 'wx', (file) => {
      writeFileSync(file, bytes)
      if (mode !== undefined) fchmodSync(file, mode)
      fsyncSync(file)
    })
    renameSync(temporary, target)
    syncFolderSync(dirname(target))
  } catch (error) {
    quietly(() => rmSync(temporary, { force: true }))
    throw withPath(error, path)
  }
}

/** The same without blocking */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const { file: target, mode } = targetOf(path)
  const temporary = temporaryFor(target)
  try {
    await useFile(temporary, 'wx', async (file) => {
      await file.writeFile(bytes)
      if (mode !== undefined) await file.chmod(mode)
      await file.sync()
    })
    await rename(temporary, target)
    await syncFolder(dirname(target))
  } catch (error) {
    await rm(temporary, { force: true }).catch(ignoreSystem)
    throw withPath(error, path)
  }
}

/** The file that a path leads to through links, which stay, and its permissions, which it keeps; undefined: there is none yet */
function targetOf(path: string): { file: string; mode: number | undefined } {
  let file = path
  for (let link = linkAt(file), links = 0; link !== undefined && links < MOST_LINKS; link = linkAt(file), links++) {
    file = resolve(dirname(file), link)
  }
  return { file, mode: statSync(file, { throwIfNoEntry: false })?.mode }
}

/** As many as systems follow: what goes in circles is theirs to refuse. */
const MOST_LINKS = 40

function linkAt(file: string): string | undefined {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()
  return isLink ? readlinkSync(file) : undefined
}

function syncFolderSync(folder: string): void {
  try {
    useFileSync(folder, 'r', fsyncSync)
  } catch (error) {
    if (!UNSUPPORTED.includes(codeOf(error))) throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  try {
    await useFile(folder, 'r', (file) => file.sync())
  } catch (error) {
    if (!UNSUPPORTED.includes(codeOf(error))) throw error
  }
}

function useFileSync(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags)
  try {
    use(file)
  } finally {
    closeSync(file)
  }
}

async function useFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

/** Node names the file in most errors, but not in that of a full disk. */
export function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error
  if (!error.message.includes(path)) error.message += ` '${path}'`
  return Object.assign(error, { path })
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code)
}

function quietly(act: () => void): void {
  try {
    act()
  } catch (error) {
    ignoreSystem(error)
  }
}

/** Of the system's errors none matters: it was an attempt. */
function ignoreSystem(error: unknown): void {
  if (codeOf(error) === 'undefined') throw error
}

// Temporary names: in the same folder, since only there a rename is atomic; of this process, so that what killed ones left
// can be told from what others are writing; and random, for threads and for calls that overlap.

function temporaryFor(path: string): string {
  removeLeftovers(path)
  return join(dirname(path), `${stemOf(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
}

/** Systems allow names of 255 bytes: what is added fits into the rest. */
const STEM_BYTES = 200

/** The file's name, cut where more than a process's number would not fit behind it */
function stemOf(path: string): string {
  const bytes = Buffer.from(basename(path))
  return bytes.length <= STEM_BYTES ? basename(path) : bytes.toString('utf8', 0, STEM_BYTES)
}

/** Paths whose folders were searched */
const searched = new Set<string>()

/** Removes the temporary files of killed processes, when this one first writes the path. */
function removeLeftovers(path: string): void {
  if (searched.has(path)) return
  searched.add(path)
  const folder = dirname(path)
  const start = `${stemOf(path)}.`
  quietly(() => {
    for (const name of readdirSync(folder)) {
      const [, pid] = (name.startsWith(start) && /^(\d+)-[0-9a-f]{12}\.tmp$/.exec(name.slice(start.length))) || []
      const file = join(folder, name)
      if (pid !== undefined) quietly(() => isLeftover(file, Number(pid)) && rmSync(file, { force: true }))
    }
  })
}

function isLeftover(file: string, pid: number): boolean {
  // In a container, the process before this one often had the same number.
  if (pid === process.pid) return statSync(file).mtimeMs < Date.now() - 1000 * process.uptime()
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}
