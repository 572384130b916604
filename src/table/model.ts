// A trained model of a table: takes records in the words of the data and answers in them.

import { clip, describe, unexpected, WasmpropError } from '../errors.ts'
import type { Network } from '../network/network.ts'
import { networkFromJSON } from '../network/restore.ts'
import { isOptionObject } from '../options/check.ts'
import type { TableChoices } from './choices.ts'
import { hashText } from './digest.ts'
import type { ColumnEncoding } from './encode.ts'
import {
  type BothInputs,
  type Calibration,
  type Ensemble,
  type MemberKind,
  predictEnsemble,
  predictWithSpread,
  type Spread,
} from './ensemble.ts'
import { type ColumnImportance, explainRecord, importanceOf, type TableExplanation } from './importance.ts'
import { encodeTable, unknownWords } from './inputs.ts'
import { readRecordsLike, readRowsLike, readTableLike, type Table, type TableSource } from './read.ts'
import type { ReadOptions } from './read-options.ts'
import type { TableRecord, TableRows } from './records.ts'
import type { TableReport, UnseenPredictions } from './report.ts'
import type { ColumnSchema } from './schema.ts'
import { type Metrics, metricsOf, truthOf } from './scores.ts'
import { type Label, scaledValue, type Target, unscale } from './target.ts'

/** A target with what predicts it */
export interface TargetModel {
  readonly target: Target
  readonly ensemble: Ensemble
}

export interface TableModelParts {
  readonly schema: readonly ColumnSchema[]
  readonly encodings: readonly ColumnEncoding[]
  readonly targets: readonly TargetModel[]
  readonly choices: TableChoices
  readonly report: TableReport
  readonly warnings: readonly string[]
  /** Training rows that stand for all in explanations */
  readonly background: TableRows
  /** Of a model that was just trained */
  readonly unseen?: readonly UnseenPredictions[]
}

export type TablePrediction = Label | Record<string, Label>
/** A prediction with what its networks disagree by */
export interface SpreadPrediction {
  readonly prediction: Label
  /** Standard deviation over the networks: of a number in the target's units, of a class of the probability of the label */
  readonly spread: number
  /** Of a class: the probability of the label */
  readonly probability?: number
}
export type TableSpread = SpreadPrediction | Record<string, SpreadPrediction>
export type TableProbabilities = Record<string, number> | Record<string, Record<string, number>>

const FORMAT = 'wasmprop-table'
const VERSION = 1

export class TableModel {
  /** The columns of the training rows, the targets among them: what each is, and why */
  readonly schema: readonly ColumnSchema[]
  readonly choices: TableChoices
  readonly report: TableReport
  readonly #parts: TableModelParts
  readonly #warnings: string[]

  /** @internal */
  constructor(parts: TableModelParts) {
    this.#parts = parts
    this.#warnings = [...parts.warnings]
    this.schema = parts.schema
    this.choices = parts.choices
    this.report = parts.report
  }

  /** What was found about the data in training and in predictions, and what was done about it */
  get warnings(): readonly string[] {
    return this.#warnings
  }

  /** @internal How many of the warnings are of the training */
  get trainingWarnings(): number {
    return this.#parts.warnings.length
  }

  /** @internal How columns become inputs */
  get encodings(): readonly ColumnEncoding[] {
    return this.#parts.encodings
  }

  /** @internal */
  classes(name: string): readonly Label[] {
    return this.#parts.targets.find(({ target }) => target.name === name)?.target.labels ?? []
  }

  /** The networks inside */
  get networks(): Network[] {
    return this.#parts.targets.flatMap(({ ensemble }) => ensemble.members.flatMap(({ networks }) => networks))
  }

  /**
   * The label of each record as it stands in the data, or a number in the target's units; where there are several targets, a record of
   * them. Throws INVALID_DATA for records that lack a column, or have something else than numbers where numbers were.
   */
  predict(record: TableRecord): TablePrediction
  predict(records: readonly TableRecord[]): TablePrediction[]
  predict(records: TableRecord | readonly TableRecord[]): TablePrediction | TablePrediction[] {
    if (isEmpty(records)) return []
    const { table, isOne } = this.#read(records)
    const predictions = this.predictTable(table)
    return isOne ? predictions[0] : predictions
  }

  /** By label, summing to 1; throws INVALID_DATA for targets that are numbers. */
  predictProbabilities(record: TableRecord): TableProbabilities
  predictProbabilities(records: readonly TableRecord[]): TableProbabilities[]
  predictProbabilities(records: TableRecord | readonly TableRecord[]): TableProbabilities | TableProbabilities[] {
    if (isEmpty(records)) return []
    const { table, isOne } = this.#read(records)
    const probabilities = this.probabilitiesOfTable(table)
    return isOne ? probabilities[0] : probabilities
  }

  /**
   * What `predict` gives, with the uncertainty that shows in how much the networks differ that were trained on different rows and
   * from different weights. It does not tell what the columns cannot: the noise of the data itself is in `report`.
   */
  predictWithSpread(record: TableRecord): TableSpread
  predictWithSpread(records: readonly TableRecord[]): TableSpread[]
  predictWithSpread(records: TableRecord | readonly TableRecord[]): TableSpread | TableSpread[] {
    if (isEmpty(records)) return []
    const { table, isOne } = this.#read(records)
    const inputs = this.#encode(table)
    const columns = this.#parts.targets.map(({ target, ensemble }) => ({
      name: target.name,
      values: spreadsOf(target, predictWithSpread(ensemble, target, inputs), table.rows),
    }))
    const all = toRecords(columns, table.rows)
    return isOne ? all[0] : all
  }

  /**
   * What is predicted for the rows of the training by networks that never saw them, for charts and scores: by target. Undefined for
   * a model that comes of JSON, which does not hold them.
   */
  get unseen(): readonly UnseenPredictions[] | undefined {
    return this.#parts.unseen
  }

  /** A fingerprint of what predictions depend on: all weights, and how they are put together. 64 bits in hexadecimal */
  get digest(): string {
    const { targets, encodings } = this.#parts
    const parts = targets.map(({ target, ensemble: { members, calibration } }) => [
      target,
      calibration,
      members.map(({ recipe, weight, networks }) => [recipe, weight, networks.map((network) => network.weightsHash())]),
    ])
    return hashText(JSON.stringify([encodings, parts]))
  }

  /**
   * Metrics of rows whose targets are known, by target where there are several; `read`: how they are written, where that is not to be
   * found out. Rejects with INVALID_DATA where they lack targets.
   */
  async evaluate(rows: TableSource, options?: { read?: ReadOptions }): Promise<Metrics | Record<string, Metrics>> {
    const table = await this.readTable(rows, options?.read)
    const scores = this.#parts.targets.map(({ target, ensemble }) => {
      const column = table.columns.get(target.name)
      if (column === undefined)
        throw unexpected('INVALID_DATA', `column "${clip(target.name)}"`, 'the target among the columns', 'none')
      return [
        target.name,
        metricsOf(target, predictEnsemble(ensemble, target, this.#encode(table)), truthOf(table, target.name)),
      ] as const
    })
    return scores.length === 1 ? scores[0][1] : Object.fromEntries(scores)
  }

  /**
   * How much each column is needed: what the loss on these rows, whose targets must be known, grows by where the column's cells are
   * dealt out anew, over five drawn orders. The most important first; by target where there are several.
   */
  async importance(
    rows: TableSource,
    options?: { read?: ReadOptions },
  ): Promise<ColumnImportance[] | Record<string, ColumnImportance[]>> {
    const table = await this.readTable(rows, options?.read)
    const { encodings, targets, choices } = this.#parts
    const found = targets.map((one) => {
      const truth = truthOf(table, one.target.name)
      const values = truth.map((value) => (value === undefined ? Number.NaN : scaledValue(one.target, value)))
      const known = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]))
      if (known.length === 0) throw noTarget(one.target.name)
      const inputs = encodeTable(encodings, table, known)
      const scaled = Float64Array.from(known, (row) => values[row])
      return [one.target.name, importanceOf(encodings, one, inputs, scaled, choices.seed)] as const
    })
    return found.length === 1 ? found[0][1] : Object.fromEntries(found)
  }

  /**
   * What each column adds to the prediction of a record, from the mean over training rows to the record's own: Shapley values by
   * sampling, with their standard errors. Of classes it is the probability of the label that is predicted. By target where there
   * are several.
   */
  explain(record: TableRecord): TableExplanation | Record<string, TableExplanation> {
    const { encodings, targets, choices, background } = this.#parts
    const { table } = this.#read(record)
    const inputs = this.#encode(table)
    const others = encodeTable(encodings, readRowsLike(background, this.schema), allRows(background.rows.length))
    const found = targets.map(
      (one) => [one.target.name, explainRecord(encodings, one, inputs, others, choices.seed)] as const,
    )
    return found.length === 1 ? found[0][1] : Object.fromEntries(found)
  }

  /** @internal A table as this model's columns have it */
  readTable(rows: TableSource, read?: ReadOptions): Promise<Table> {
    return readTableLike(rows, this.schema, read)
  }

  /** @internal */
  predictTable(table: Table): TablePrediction[] {
    const inputs = this.#encode(table)
    const columns = this.#parts.targets.map(({ target, ensemble }) => ({
      name: target.name,
      values: predictionsOf(target, predictEnsemble(ensemble, target, inputs), table.rows),
    }))
    return toRecords(columns, table.rows)
  }

  /** @internal */
  probabilitiesOfTable(table: Table): TableProbabilities[] {
    const inputs = this.#encode(table)
    const columns = this.#parts.targets.map(({ target, ensemble }) => {
      if (target.task === 'regression') {
        throw unexpected(
          'INVALID_DATA',
          `target "${clip(target.name)}"`,
          'classes, which have probabilities',
          'numbers',
        )
      }
      return { name: target.name, labels: target.labels, outputs: predictEnsemble(ensemble, target, inputs) }
    })
    return Array.from({ length: table.rows }, (_, row) => {
      const records = columns.map(({ name, labels, outputs }) => {
        const entries = labels.map((label, place) => [String(label), outputs[row * labels.length + place]] as const)
        return [name, Object.fromEntries(entries)] as const
      })
      return records.length === 1 ? records[0][1] : Object.fromEntries(records)
    })
  }

  #read(records: unknown): { table: Table; isOne: boolean } {
    const isOne = isOptionObject(records)
    if (!isOne && !Array.isArray(records)) {
      throw unexpected(
        'INVALID_DATA',
        'records',
        'a record such as { height: 1.8 }, or an array of them',
        describe(records),
      )
    }
    return { table: readRecordsLike(isOne ? [records] : (records as unknown[]), this.schema), isOne }
  }

  #encode(table: Table): BothInputs {
    const { encodings, schema } = this.#parts
    for (const { name } of table.schema) {
      if (!schema.some((column) => column.name === name))
        this.#warn(`column "${clip(name)}": the training rows did not have it; ignored`)
    }
    for (const [name, count] of unknownWords(encodings, schema, table)) {
      this.#warn(
        `column "${clip(name)}": ${count} cells with words that the training rows did not have; they count as others`,
      )
    }
    return encodeTable(encodings, table, allRows(table.rows))
  }

  #warn(warning: string): void {
    if (!this.#warnings.includes(warning)) this.#warnings.push(warning)
  }

  /** The whole model as plain data, for `tableModelFromJSON` */
  toJSON(): object {
    const { targets, unseen, ...parts } = this.#parts
    return {
      format: FORMAT,
      version: VERSION,
      ...parts,
      digest: this.digest,
      targets: targets.map(({ target, ensemble: { members, calibration } }) => ({
        target,
        calibration,
        members: members.map(({ networks, ...member }) => ({
          ...member,
          networks: networks.map((network) => network.toJSON()),
        })),
      })),
    }
  }

  /** Gives the memory of all networks back. */
  dispose(): void {
    for (const network of this.networks) network.dispose()
  }
}

/** A value a row, or where there are several targets a record of them */
function toRecords<Value>(
  columns: readonly { name: string; values: readonly Value[] }[],
  rows: number,
): (Value | Record<string, Value>)[] {
  return Array.from({ length: rows }, (_, row) =>
    columns.length === 1
      ? columns[0].values[row]
      : Object.fromEntries(columns.map(({ name, values }) => [name, values[row]])),
  )
}

function spreadsOf(target: Target, { outputs, deviations }: Spread, rows: number): SpreadPrediction[] {
  const { task, labels, scale } = target
  return predictionsOf(target, outputs, rows).map((prediction, row) => {
    if (task === 'regression') return { prediction, spread: deviations[row] * scale.deviation }
    const at = row * labels.length + labels.indexOf(prediction)
    return { prediction, spread: deviations[at], probability: outputs[at] }
  })
}

const allRows = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => row)

function noTarget(name: string): WasmpropError {
  return unexpected('INVALID_DATA', `column "${clip(name)}"`, 'the target among the columns', 'none')
}

const isEmpty = (records: unknown): boolean => Array.isArray(records) && records.length === 0

function predictionsOf({ task, labels, scale }: Target, outputs: Float64Array, rows: number): Label[] {
  return Array.from({ length: rows }, (_, row) => {
    if (task === 'regression') return unscale(scale, outputs[row])
    let best = 0
    for (let place = 1; place < labels.length; place++) {
      if (outputs[row * labels.length + place] > outputs[row * labels.length + best]) best = place
    }
    return labels[best]
  })
}

/** The model that `toJSON` wrote: predicts the same bits. Rejects with INVALID_MODEL what is not one, UNSUPPORTED_MODEL what a newer version wrote. */
export async function tableModelFromJSON(value: unknown): Promise<TableModel> {
  const json = typeof value === 'string' ? parse(value) : value
  const { format, version, digest, targets, ...parts } = (isOptionObject(json) ? json : {}) as Record<string, unknown>
  if (format !== FORMAT) throw unexpected('INVALID_MODEL', 'format', `"${FORMAT}"`, describe(format))
  if (version !== VERSION) {
    const code = typeof version === 'number' && version > VERSION ? 'UNSUPPORTED_MODEL' : 'INVALID_MODEL'
    throw unexpected(code, 'version', String(VERSION), describe(version))
  }
  if (!Array.isArray(targets)) throw unexpected('INVALID_MODEL', 'targets', 'an array', describe(targets))
  const revived: TargetModel[] = []
  try {
    for (const target of targets) revived.push(await reviveTarget(target))
    return new TableModel({ ...(parts as unknown as TableModelParts), targets: revived })
  } catch (cause) {
    if (cause instanceof WasmpropError) throw cause
    throw new WasmpropError(
      'INVALID_MODEL',
      'expected a model that toJSON of a table model wrote, got one with parts missing',
      { cause },
    )
  }
}

interface TargetJSON {
  readonly target: Target
  readonly calibration: Calibration
  readonly members: readonly {
    recipe: MemberKind
    weight: number
    networks: readonly unknown[]
  }[]
}

async function reviveTarget({ target, calibration, members }: TargetJSON): Promise<TargetModel> {
  const revived = []
  for (const { networks, ...member } of members) {
    revived.push({ ...member, networks: await Promise.all(networks.map((network) => networkFromJSON(network))) })
  }
  return { target, ensemble: { members: revived, calibration } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unexpected('INVALID_MODEL', 'model', 'JSON', clip(String(cause)))
  }
}
