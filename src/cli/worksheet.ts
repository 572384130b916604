// `wasmprop worksheet --seed 7`: a worksheet to print, its key, and both for Moodle, as three files.
import { join } from 'node:path'
import { createWorksheet } from 'wasmprop/lesson'
import { checkWritable, writeWhole } from './tables/files.ts'
import { print, printJson } from './terminal.ts'
import type { WorksheetFlags } from './worksheet-options.ts'

export async function worksheet({ seed = 1, out = '.', force, json }: WorksheetFlags): Promise<void> {
  const sheet = createWorksheet({ seed })
  const files = {
    worksheet: { path: join(out, `worksheet-${seed}.html`), content: sheet.toHTML() },
    key: { path: join(out, `worksheet-${seed}-key.html`), content: sheet.keyToHTML() },
    moodle: { path: join(out, `worksheet-${seed}-moodle.xml`), content: sheet.toMoodle() },
  }
  for (const { path } of Object.values(files)) await checkWritable(path, force)
  for (const { path, content } of Object.values(files)) writeWhole(path, content)
  if (json) {
    const { inputs, targets, weights, learningRate, sections } = sheet
    const paths = Object.fromEntries(Object.entries(files).map(([name, { path }]) => [name, path]))
    return printJson({ command: 'worksheet', seed, files: paths, inputs, targets, weights, learningRate, sections })
  }
  print(`${files.worksheet.path}  to print, with blanks`)
  print(`${files.key.path}  the answers`)
  print(`${files.moodle.path}  for Moodle's question bank; its blanks know the usual slips`)
}
