// wasmprop verify MODEL FILE: trains again what the model says it is, and compares every weight.
import { verifyTable } from 'wasmprop/table'
import { interruptible } from '../interrupt.ts'
import { EXIT } from '../messages.ts'
import { bold, green, paragraph, print, printJson } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { VerifyFlags } from './options.ts'
import { showProgress } from './progress.ts'
import { readOptionsOf } from './reading.ts'

export async function verify(flags: VerifyFlags, MODEL: string, FILE: string): Promise<void> {
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const { stop, ...progress } = showProgress(!flags.quiet && !flags.json)
  const { threads = 'auto' } = flags
  try {
    const found = await interruptible((signal) =>
      inFile(FILE, () =>
        verifyTable(model, source, { ...progress, signal, threads, read: readOptionsOf(FILE, flags) }),
      ),
    )
    stop()
    const { isEqual, digest, networks, parameters, differences } = found
    if (!isEqual) process.exitCode = EXIT.model
    if (flags.json) return printJson(found)
    const words = isEqual
      ? `${green('equal')}: all ${parameters} parameters of ${networks} networks, to the last bit (digest ${digest})`
      : `${bold('different')}: these rows and choices come to another model: ${differences.join('; ')}`
    print(paragraph(words).join('\n'))
  } finally {
    stop()
  }
}
