// The fields of the program against the offsets that the engines read.
import { describe, expect, it } from 'vitest'
import * as P from '../assembly/program.ts'
import { Fields, LAYER_RECORD, PROGRAM_RECORD, Program, TEAM_RECORD } from '../src/program.ts'

const offsets = P as unknown as Record<string, number>

/** The constant of assembly/program.ts: `epochsLeft` is EPOCHS_LEFT. */
const constantOf = (name: string) =>
  name === 'stepsDone' ? 'STEP' : name.replace(/(?<=[a-z])([A-Z])/g, '_$1').toUpperCase()

/** Sets one field at a time, and looks for it among bytes that are all 0. */
function expectFields<Name extends string>(record: ConstructorParameters<typeof Fields<Name>>[0], start: number) {
  for (const name of Object.keys(record.offsets) as Name[]) {
    const buffer = new ArrayBuffer(start + record.size)
    const fields = new Fields(record, buffer, start)
    fields.set({ [name]: 7 } as Record<Name, number>)
    const view = new DataView(buffer, start)
    const offset = offsets[constantOf(name)]
    const isDouble = offset >= record.doubles
    expect(isDouble ? view.getFloat64(offset, true) : view.getUint32(offset, true), name).toBe(7)
    expect([fields.get(name), fields.read(name)], name).toEqual([7, [7]])
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
    expect(Object.keys(PROGRAM_RECORD.offsets).length).toBeGreaterThan(50)
    expectFields(PROGRAM_RECORD, P.PROGRAM)
  })

  it('of a layer', () => {
    expect(Object.keys(LAYER_RECORD.offsets).length).toBe(18)
    expectFields(LAYER_RECORD, 64)
  })

  it('of the threads', () => {
    expect(Object.keys(TEAM_RECORD.offsets).length).toBe(3)
    expectFields(TEAM_RECORD, 0)
  })

  it('and the progress is a copy that goes back as a whole', () => {
    const program = new Program(new ArrayBuffer(P.PROGRAM + P.PROGRAM_SIZE))
    const given = { epoch: 1, stepsDone: 2, epochsLeft: 3, epochSum: 4.5, position: 6 }
    const optimizerValues = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    program.setProgress({ ...given, optimizerValues })
    const progress = program.progress()
    program.set({ epoch: 0, stepsDone: 0, epochsLeft: 0, epochSum: 0, position: 0 })
    program.optimizerValues.fill(0)
    expect(progress).toEqual({ ...given, optimizerValues })
    program.setProgress(progress)
    expect(program.progress()).toEqual(progress)
  })
})
