// What `wasmprop/lesson` gives, for who teaches backpropagation or learns it by hand.

export { type CheckedCalculation, checkCalculation, quantitiesOf, type Slip } from './analysis/slips/check.ts'
export { createWorksheet, type Worksheet } from './analysis/worksheet/worksheet.ts'
export type { Blank, BlankSection, WorksheetData } from './analysis/worksheet/worksheet-data.ts'
