// The entry `wasmprop/table`.
export { type Dialect, dialectText } from './dialect.ts'
export type { ColumnImportance, TableExplanation } from './importance.ts'
export {
  type TableChoices,
  type TableModel,
  type TablePrediction,
  type TableProbabilities,
  type TableReport,
  tableModelFromJSON,
} from './model.ts'
export { type ReadTableOptions, readTable, type Table, type TableSource } from './read.ts'
export type { Effort } from './recipe.ts'
export type { TableRecord, TableRows } from './records.ts'
export type { ColumnKind, ColumnSchema, TableColumn } from './schema.ts'
export type { Metrics as TableMetrics } from './scores.ts'
export type { Label, Task } from './target.ts'
export { type TrainTableOptions, trainTable } from './train.ts'
