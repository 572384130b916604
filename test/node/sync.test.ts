// What a power failure leaves: bytes are on the disk before they get the file's name, and the name before the call returns. Where
// the name cannot be given, nothing is left beside the file.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

/** What was asked of the system, by the name of the file or folder */
const calls = vi.hoisted(() => [] as string[])

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const names = new Map<number, string>()
  return {
    ...fs,
    openSync: (path: string, flags: string) => {
      const file = fs.openSync(path, flags)
      names.set(file, path)
      return file
    },
    fsyncSync: (file: number) => {
      calls.push(`sync ${names.get(file)}`)
      fs.fsyncSync(file)
    },
    renameSync: (from: string, to: string) => {
      calls.push(`rename ${from} ${to}`)
      fs.renameSync(from, to)
    },
  }
})

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  return {
    ...fs,
    open: async (path: string, flags: string) => {
      const file = await fs.open(path, flags)
      const sync = file.sync.bind(file)
      file.sync = async () => {
        calls.push(`sync ${path}`)
        await sync()
      }
      return file
    },
    rename: async (from: string, to: string) => {
      calls.push(`rename ${from} ${to}`)
      await fs.rename(from, to)
    },
  }
})

const { replaceFile, replaceFileSync } = await import('../../src/node/files.ts')
const ways = { replaceFile, replaceFileSync: async (path: string, bytes: Uint8Array) => replaceFileSync(path, bytes) }
const names = Object.keys(ways) as (keyof typeof ways)[]

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmprop-sync-'))
  path = join(folder, 'network.snapshot')
  calls.length = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it.each(names)('%s syncs the bytes, then names them, then syncs the folder', async (name) => {
  await ways[name](path, new Uint8Array(8))
  const [, temporary] = /^sync (.+\.tmp)$/.exec(calls[0]) ?? []
  expect(calls).toEqual([`sync ${temporary}`, `rename ${temporary} ${path}`, `sync ${folder}`])
})

it.each(names)('%s leaves nothing where the name is that of a folder', async (name) => {
  mkdirSync(path)
  await expect(ways[name](path, new Uint8Array(8))).rejects.toMatchObject({ path })
  expect(readdirSync(folder)).toEqual(['network.snapshot'])
})
