// A trained model of a table: takes records in the words of the data and answers in them.

import { clip, describe, isArray, reading, unexpected, type WasmpropError } from '../errors.ts'
import type { Network } from '../network/network.ts'
import { isOptionObject, readOptions } from '../options/check.ts'
import {
  labelsOf,
  probabilitiesOf,
  spreadsOf,
  type TablePrediction,
  type TableProbabilities,
  type TableSpread,
  type TargetAnswers,
  toRecords,
  unknownWarning,
} from './answers.ts'
import type { TableChoices } from './choices.ts'
import { hashText } from './digest.ts'
import type { ColumnEncoding } from './encode.ts'
import { type BothInputs, predictEnsemble, predictWithSpread, type TargetModel } from './ensemble.ts'
import { explainRecord, type TableExplanation } from './explain.ts'
import { type ColumnImportance, importanceOf } from './importance.ts'
import { encodeTable, unknownWords } from './inputs.ts'
import type { TableSource } from './open.ts'
import { readBlocksLike, readRecordsLike, readRowsLike, readTableLike, type Table } from './read.ts'
import type { ReadOptions } from './read-options.ts'
import type { TableRecord, TableRows } from './records.ts'
import type { TableReport, UnseenPredictions } from './report.ts'
import type { ColumnSchema } from './schema.ts'
import { type Metrics, metricsOf, truthOf } from './scores.ts'
import { type Label, scaledValue } from './target.ts'

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

/** Of the JSON */
export const FORMAT = 'wasmprop-table'
export const VERSION = 1

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
    const all = this.#answer(table, ({ target, ensemble }, inputs) =>
      spreadsOf(target, predictWithSpread(ensemble, target, inputs), table.rows),
    )
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
    const table = await this.readTable(rows, readingOf(options))
    return this.#byTarget(({ target, ensemble }) => {
      if (!table.columns.has(target.name)) throw noTarget(target.name)
      return metricsOf(target, predictEnsemble(ensemble, target, this.#encode(table)), truthOf(table, target.name))
    })
  }

  /**
   * How much each column is needed: what the loss on these rows, whose targets must be known, grows by where the column's cells are
   * dealt out anew, over five drawn orders. The most important first; by target where there are several.
   */
  async importance(
    rows: TableSource,
    options?: { read?: ReadOptions },
  ): Promise<ColumnImportance[] | Record<string, ColumnImportance[]>> {
    const table = await this.readTable(rows, readingOf(options))
    const { encodings, choices } = this.#parts
    return this.#byTarget((one) => {
      const truth = truthOf(table, one.target.name)
      const values = truth.map((value) => (value === undefined ? Number.NaN : scaledValue(one.target, value)))
      const known = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]))
      if (known.length === 0) throw noTarget(one.target.name)
      const inputs = encodeTable(encodings, table, known)
      const scaled = Float64Array.from(known, (row) => values[row])
      return importanceOf(encodings, one, inputs, scaled, choices.seed)
    })
  }

  /**
   * What each column adds to the prediction of a record, from the mean over training rows to the record's own: Shapley values,
   * exact of a linear model of numbers, else by sampling, with their standard errors. Of classes it is the probability of the label
   * that is predicted. By target where there are several.
   */
  explain(record: TableRecord): TableExplanation | Record<string, TableExplanation> {
    const { encodings, choices, background } = this.#parts
    const { table } = this.#read(record)
    const inputs = this.#encode(table)
    const others = encodeTable(encodings, readRowsLike(background, this.schema), allRows(background.rows.length))
    return this.#byTarget((one) => explainRecord(encodings, one, inputs, others, choices.seed))
  }

  /** The one target's, or a record of all of them */
  #byTarget<Value>(act: (one: TargetModel) => Value): Value | Record<string, Value> {
    return toRecords(
      this.#parts.targets.map((one) => ({ name: one.target.name, values: [act(one)] })),
      1,
    )[0]
  }

  /** @internal A table as this model's columns have it */
  readTable(rows: TableSource, read?: ReadOptions): Promise<Table> {
    return readTableLike(rows, this.schema, read)
  }

  /** @internal The same in blocks of rows, so that a large table is never held as a whole */
  readBlocks(rows: TableSource, read?: ReadOptions): AsyncIterable<Table> {
    return readBlocksLike(rows, this.schema, read)
  }

  /** @internal By target, in one pass over the rows; `unknown` counts words that the training rows did not have, by column. */
  answers(table: Table, unknown: Map<string, number>): TargetAnswers[] {
    const inputs = this.#encode(table, (name, count) => unknown.set(name, (unknown.get(name) ?? 0) + count))
    return this.#parts.targets.map(({ target, ensemble }) => {
      const outputs = predictEnsemble(ensemble, target, inputs)
      const { name, labels, task } = target
      const values = labelsOf(target, outputs, table.rows)
      return { name, labels, values, ...(task === 'classification' ? { probabilities: outputs } : {}) }
    })
  }

  /** @internal */
  predictTable(table: Table): TablePrediction[] {
    return this.#answer(table, ({ target, ensemble }, inputs) =>
      labelsOf(target, predictEnsemble(ensemble, target, inputs), table.rows),
    )
  }

  /** @internal */
  probabilitiesOfTable(table: Table): TableProbabilities[] {
    return this.#answer(table, ({ target, ensemble }, inputs) =>
      probabilitiesOf(target, predictEnsemble(ensemble, target, inputs), table.rows),
    )
  }

  /** What there is a row: the one target's, or a record of all of them */
  #answer<Value>(table: Table, act: (one: TargetModel, inputs: BothInputs) => Value[]) {
    const inputs = this.#encode(table)
    const answers = this.#parts.targets.map((one) => ({ name: one.target.name, values: act(one, inputs) }))
    return toRecords(answers, table.rows)
  }

  #read(records: unknown): { table: Table; isOne: boolean } {
    const isOne = isOptionObject(records)
    if (!isOne && !isArray(records)) {
      throw unexpected(
        'INVALID_DATA',
        'records',
        'a record such as { height: 1.8 }, or an array of them',
        describe(records),
      )
    }
    return { table: readRecordsLike(isOne ? [records] : (records as unknown[]), this.schema), isOne }
  }

  #encode(table: Table, tell = (name: string, count: number) => this.#warn(unknownWarning(name, count))): BothInputs {
    const { encodings, schema } = this.#parts
    for (const { name } of table.schema) {
      if (!schema.some((column) => column.name === name))
        this.#warn(`column "${clip(name)}": the training rows did not have it; ignored`)
    }
    for (const [name, count] of unknownWords(encodings, schema, table)) {
      tell(name, count)
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
      targets: targets.map(({ target, means, ensemble: { members, calibration } }) => ({
        target,
        means,
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

const allRows = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => row)

function noTarget(name: string): WasmpropError {
  return unexpected('INVALID_DATA', `column "${clip(name)}"`, 'the target among the columns', 'none')
}

function readingOf(options: unknown = {}): ReadOptions | undefined {
  return readOptions(options, '', ['read']).read as ReadOptions | undefined
}

const isEmpty = (records: unknown): boolean =>
  isArray(records) && reading('INVALID_DATA', 'records', 'an array of records', () => records.length === 0)
