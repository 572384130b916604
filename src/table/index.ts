// The entry `wasmprop/table`.
export type {
  SpreadPrediction,
  TablePrediction,
  TableProbabilities,
  TableSpread,
  TargetAnswers,
} from './answers.ts'
export type { TableCheckpoint } from './checkpoint.ts'
export type { TableChoices } from './choices.ts'
export type { ColumnChoices, ColumnOptions } from './column-choices.ts'
export {
  type CrossValidateTableOptions,
  crossValidateTable,
  type TableCrossValidation,
  type TableFold,
  type TableScores,
} from './cross-validate.ts'
export { type Dialect, dialectText } from './dialect.ts'
export type { TableExplanation } from './explain.ts'
export type { ColumnImportance } from './importance.ts'
export type { TableModel } from './model.ts'
export type { TableSource } from './open.ts'
export type { TrainTableOptions } from './options.ts'
export type { Curve, TableProgress } from './progress.ts'
export { type ReadTableOptions, readTable, type Table } from './read.ts'
export type { ColumnKind, ReadOptions } from './read-options.ts'
export type { Effort } from './recipe.ts'
export type { TableRecord, TableRows } from './records.ts'
export type { TableReport, TargetReport, UnseenPredictions } from './report.ts'
export { tableModelFromJSON } from './restore.ts'
export type { ColumnSchema, TableColumn } from './schema.ts'
export type { Metrics as TableMetrics } from './scores.ts'
export type { Label, Task } from './target.ts'
export { trainTable } from './train.ts'
export { type TableVerification, type VerifyTableOptions, verifyTable } from './verify.ts'
