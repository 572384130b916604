// What is each network's own where several are trained together, a number per lane: see assembly/program.ts.
import * as P from '../../assembly/program.ts'

export class LaneTable {
  /** Learning rates, where the program has none by step */
  readonly rates: Float64Array
  readonly epochs: Float64Array
  /** Losses of the present epoch so far */
  readonly sums: Float64Array
  readonly targets: Float64Array
  /** Losses of the present epoch with the last batch */
  readonly losses: Float64Array
  readonly seeds: Uint32Array

  /** For `count` lanes in memory that never grows */
  constructor(buffer: ArrayBuffer, address: number, count: number) {
    const doubles = (offset: number) => new Float64Array(buffer, address + offset, count)
    this.rates = doubles(P.LANE_RATES)
    this.epochs = doubles(P.LANE_EPOCHS)
    this.sums = doubles(P.LANE_SUMS)
    this.targets = doubles(P.LANE_TARGETS)
    this.losses = doubles(P.LANE_LOSSES)
    this.seeds = new Uint32Array(buffer, address + P.LANE_SEEDS, count)
    new Uint32Array(buffer, address + P.LANE_COUNT, 1)[0] = count
  }
}
