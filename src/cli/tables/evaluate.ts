// wasmprop evaluate MODEL FILE: metrics of rows whose target is known.
import { clip } from '../../errors.ts'
import { bold, print, printJson, table } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { EvaluateFlags } from './options.ts'
import { readOptionsOf } from './reading.ts'
import { formatNumber, metricName } from './words.ts'

export async function evaluate(values: EvaluateFlags, MODEL: string, FILE: string): Promise<void> {
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const scores = await inFile(FILE, () => model.evaluate(source, { read: readOptionsOf(FILE, values) }))
  if (values.json) return printJson(scores)
  const { targets } = model.report
  for (const { name } of targets) {
    const metrics = targets.length === 1 ? scores : (scores as Record<string, object>)[name]
    print(bold(clip(name)))
    for (const line of table(
      Object.entries(metrics).map(([key, value]) => [
        `  ${metricName(key)}`,
        key === 'rows' ? String(value) : formatNumber(value),
      ]),
      1,
    ))
      print(line)
  }
}
