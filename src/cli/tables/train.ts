// wasmprop train FILE --target COLUMN: from a table to a model in a file, and a report.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import {
  type ColumnImportance,
  type TableCheckpoint,
  type TableModel,
  type TableSource,
  trainTable,
} from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { reportPage } from '../../report/page.ts'
import { shellWord } from '../../shell.ts'
import { reportInput } from '../../table/report-input.ts'
import { UsageError } from '../flags.ts'
import { interruptible } from '../interrupt.ts'
import { EXIT, isOfTheLibrary } from '../messages.ts'
import { duration, print, printJson, warn } from '../terminal.ts'
import { checkWritable, inFile, parseJson, readTableFile, unreadable, writeWhole } from './files.ts'
import { learningOptions, trainingCommand } from './learning.ts'
import type { TrainFlags } from './options.ts'
import { showProgress } from './progress.ts'
import { readOptionsOf } from './reading.ts'
import { modelLines } from './words.ts'

export async function train(flags: TrainFlags, path: string): Promise<void> {
  const { out = 'model.json', report, force } = flags
  if (flags.target === undefined) throw new UsageError('--target needs a value: the column to predict')
  for (const file of [out, report]) if (file !== undefined) await checkWritable(file, force)
  const started = performance.now()
  const source = await readTableFile(path)
  const model = await trainOrStop(flags, path, source, `${out}.checkpoint`)
  if (model === undefined) return
  writeWhole(out, `${JSON.stringify(model)}\n`)
  rmSync(`${out}.checkpoint`, { force: true })
  if (report !== undefined) writeWhole(report, await pageOf(model, flags, path, source))
  const milliseconds = performance.now() - started
  tell(model, flags, { out, report, milliseconds })
  model.dispose()
}

/** Undefined where Ctrl-C stopped it, after a checkpoint was written */
async function trainOrStop(
  flags: TrainFlags,
  path: string,
  source: TableSource,
  checkpointPath: string,
): Promise<TableModel | undefined> {
  const options = await learningOptions(path, source, flags)
  const checkpoint = flags.resume ? readCheckpointFile(checkpointPath) : undefined
  const { stop, ...progress } = showProgress(!flags.quiet && !flags.json)
  let isStopped = false
  try {
    return await interruptible((signal) =>
      inFile(path, () =>
        trainTable(source, {
          ...options,
          ...progress,
          signal,
          ...(flags.budget === undefined ? {} : { budget: flags.budget }),
          ...(checkpoint === undefined ? {} : { checkpoint }),
          onCheckpoint: (value) => {
            writeWhole(checkpointPath, JSON.stringify(value))
            isStopped = true
          },
        }),
      ),
    )
  } catch (error) {
    if (!isStopped && !(error instanceof Error && error.name === 'AbortError')) throw error
    process.exitCode = EXIT.interrupted
    stop()
    const advice = isStopped ? `; --resume goes on from ${clip(checkpointPath)}` : ' before the training began'
    process.stderr.write(`stopped${advice}\n`)
    process.exit(EXIT.interrupted)
  } finally {
    stop()
  }
}

function readCheckpointFile(path: string): TableCheckpoint {
  if (!existsSync(path))
    throw new UsageError(
      `--resume: expected the checkpoint of a training that was stopped in ${clip(path)}; there is none`,
    )
  try {
    return parseJson(path, readFileSync(path, 'utf8')) as TableCheckpoint
  } catch (error) {
    throw isOfTheLibrary(error) ? error : unreadable(path, error)
  }
}

async function pageOf(model: TableModel, flags: TrainFlags, path: string, source: TableSource): Promise<string> {
  const found = await inFile(path, () =>
    model.importance(source, { read: { ...readOptionsOf(path, flags), rows: model.report.rows } }),
  )
  const [{ name }] = model.report.targets
  const importance = Array.isArray(found) ? { [name]: found } : (found as Record<string, ColumnImportance[]>)
  const command =
    flags.budget === undefined
      ? trainingCommand(path, flags)
      : `wasmprop verify ${shellWord(flags.out ?? 'model.json')} ${shellWord(path)}`
  return reportPage(
    reportInput(model, { source: path === '-' ? 'standard input' : basename(path), command, importance }),
  )
}

interface Done {
  readonly out: string
  readonly report: string | undefined
  readonly milliseconds: number
}

function tell(model: TableModel, flags: TrainFlags, { out, report, milliseconds }: Done): void {
  const { choices, schema, warnings, digest } = model
  if (flags.json) {
    const files = { model: out, ...(report === undefined ? {} : { reportFile: report }) }
    printJson({ ...files, digest, milliseconds, report: model.report, choices, schema, warnings })
    return
  }
  if (flags.quiet) return
  for (const warning of warnings) warn(warning)
  for (const line of modelLines(model)) print(line)
  const files = [out, ...(report === undefined ? [] : [report])].map((file) => clip(file))
  print(`${files.join(' and ')} written in ${duration(milliseconds)}`)
}
