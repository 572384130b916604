// Room for the rows of a session in linear memory.
import { type BatchedShape, type DataLayout, type DataShape, layOutData, type Owner } from './layout.ts'

/** Room for no rows */
export const noRows: DataShape = {
  rows: 0,
  validationRows: 0,
  isShuffled: false,
  isWeighted: false,
  weightColumns: undefined,
  hasRates: false,
  classTargets: undefined,
}

/**
 * Makes room for the rows of a session, points the program at it, and gives where everything lies. Throws OUT_OF_MEMORY with
 * the program as it was.
 */
export function reserveRows(owner: Owner, data: BatchedShape): DataLayout {
  const places = reserve(owner, data)
  owner.engine.program.set({
    dataInputs: places.inputs,
    dataTargets: places.targets,
    dataRows: data.rows,
    batchRows: data.batchRows,
    sampleWeights: places.weights,
    weightColumns: data.weightColumns ?? 1,
    classTargets: Number(places.classTargets),
    order: places.order,
    epochLosses: places.epochLosses,
    epochLossesCapacity: places.epochLossesCapacity,
    orderedEpoch: -1,
  })
  return places
}

/** Makes the room alone. */
export function reserve({ engine, layout }: Owner, shape: DataShape): DataLayout {
  const places = layOutData(layout, shape)
  engine.reserve(places.end)
  return places
}
