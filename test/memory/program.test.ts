// The fields of the program against the offsets that the engines read.
import { describe, expect, it } from 'vitest'
import * as P from '../../assembly/program.ts'
import { LayerRecord, Program, TeamRecord } from '../../src/memory/program.ts'

const offsets = P as unknown as Record<string, number>

/** The constant of assembly/program.ts: `epochsLeft` is EPOCHS_LEFT. */
const constantOf = (name: string) =>
  name === 'stepsDone' ? 'STEP' : name.replace(/(?<=[a-z])([A-Z])/g, '_$1').toUpperCase()

function fieldsOf(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor' && name !== 'set')
}

type Fields = Record<string, number>

/** Sets one field at a time, and looks for it among bytes that are all 0. */
function expectFields(
  names: string[],
  doubles: number,
  size: number,
  make: (buffer: ArrayBuffer) => Fields,
  start: number,
) {
  for (const name of names) {
    const buffer = new ArrayBuffer(start + size)
    make(buffer)[name] = 7
    const view = new DataView(buffer, start)
    const offset = offsets[constantOf(name)]
    const isDouble = offset >= doubles
    expect(isDouble ? view.getFloat64(offset, true) : view.getUint32(offset, true), name).toBe(7)
    expect(make(buffer)[name], name).toBe(7)
    if (isDouble) view.setFloat64(offset, 0)
    else view.setUint32(offset, 0)
    expect(
      new Uint8Array(buffer).every((byte) => byte === 0),
      name,
    ).toBe(true)
  }
}

describe('the fields lie where the engines look for them', () => {
  it('of the program', () => {
    const names = fieldsOf(Object.getPrototypeOf(Program.prototype))
    expect(names.length).toBeGreaterThan(50)
    expectFields(names, P.EPOCH, P.PROGRAM_SIZE, (buffer) => new Program(buffer) as unknown as Fields, P.PROGRAM)
  })

  it('of a layer', () => {
    const names = fieldsOf(LayerRecord.prototype)
    expect(names.length).toBe(18)
    const make = (buffer: ArrayBuffer) => new LayerRecord(buffer, 64) as unknown as Fields
    expectFields(names, P.ACTIVATION_PARAMETER, P.LAYER_SIZE, make, 64)
  })

  it('of the threads', () => {
    const names = fieldsOf(TeamRecord.prototype)
    expect(names.length).toBe(3)
    expectFields(names, P.SPLIT_PRODUCT, P.TEAM_SIZE, (buffer) => new TeamRecord(buffer, 0) as unknown as Fields, 0)
  })
})
