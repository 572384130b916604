// wasmprop train FILE --target COLUMN: from a table to a model in a file.
import { type ColumnKind, readTable, type TableModel, trainTable } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'
import { bold, dim, duration, print, printJson, table, warn } from '../terminal.ts'
import { checkWritable, inFile, readTableFile, writeWhole } from './files.ts'
import type { TrainFlags } from './options.ts'

export async function train(values: TrainFlags, path: string): Promise<void> {
  const { target, out = 'model.json', force } = values
  if (target === undefined) throw new UsageError('--target needs a value: the column to predict')
  await checkWritable(out, force)
  const started = performance.now()
  const source = await readTableFile(path)
  const targets = await targetsIn(path, source, target)
  const model = await inFile(path, () =>
    trainTable(source, {
      target: targets,
      ...(values.columns === undefined ? {} : { columns: readKinds(values.columns) }),
      ...(values.task === undefined ? {} : { task: values.task }),
      ...(values.effort === undefined ? {} : { effort: values.effort }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
      ...(process.stderr.isTTY && !values.quiet ? { onProgress: showProgress } : {}),
    }),
  )
  await writeWhole(out, `${JSON.stringify(model)}\n`)
  const milliseconds = performance.now() - started
  if (values.json)
    printJson({
      model: out,
      milliseconds,
      report: model.report,
      choices: model.choices,
      schema: model.schema,
      warnings: model.warnings,
    })
  else if (!values.quiet) tell(model, out, milliseconds)
  model.dispose()
}

/** A name with commas in it is one target where a column is called so. */
async function targetsIn(
  path: string,
  source: Awaited<ReturnType<typeof readTableFile>>,
  given: string,
): Promise<string | string[]> {
  if (!given.includes(',')) return given
  const { schema, dialect } = await inFile(path, () => readTable(source))
  if (dialect !== undefined && schema.some(({ name }) => name === given)) return given
  return given.split(',').map((name) => name.trim())
}

function readKinds(text: string): Record<string, ColumnKind> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at < 1) throw new UsageError(`--columns: expected NAME=KIND with commas between, got "${clip(pair)}"`)
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim() as ColumnKind]
    }),
  )
}

function showProgress({ stage, fraction }: { stage: string; fraction: number }): void {
  const text = `${String(Math.round(100 * fraction)).padStart(3)} %  ${clip(stage)}`
  process.stderr.write(`\r\u001b[K${fraction < 1 ? text.slice(0, (process.stderr.columns || 80) - 1) : ''}`)
}

function tell(model: TableModel, out: string, milliseconds: number): void {
  const { report, choices } = model
  for (const warning of model.warnings) warn(warning)
  for (const { name, task, loss, metrics } of report.targets) {
    print(
      `${bold(clip(name))}: ${task} of ${report.rows} rows from ${report.inputs} columns, scored on rows that no network had seen`,
    )
    const shown = Object.entries(metrics).filter(([key]) => key !== 'rows')
    for (const line of table(
      shown.map(([key, value]) => [`  ${key}`, Number(value).toPrecision(4)]),
      1,
    ))
      print(line)
    const ofLoss = Object.entries(loss).map(([key, value]) => `${key} ${value.toPrecision(4)}`)
    print(`  loss: ${ofLoss.join(', ')}`)
  }
  const members = choices.members
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => `${Math.round(100 * weight)} % ${name}`)
  print(dim(`${choices.folds.join(', ')} folds, ${members.join(', ')}`))
  print(`${clip(out)} written in ${duration(milliseconds)}`)
}
