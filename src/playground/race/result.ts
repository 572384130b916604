// The outcome of a race as plain data, so that figures from different machines can be compared.
import type { Runner } from './messages.ts'
import { type Lane, ratioOf, settled, spreadOf, timerStep } from './race-run.ts'
import { type Dtype, type SizeName, sizes } from './sizes.ts'

export function resultOf(
  size: SizeName,
  dtype: Dtype,
  lanes: Partial<Record<Runner, Lane>>,
  warnings: readonly string[],
): object {
  const { wasm, typescript } = lanes
  return {
    page: 'wasmprop race',
    version: import.meta.env.VERSION,
    browser: navigator.userAgent,
    processors: navigator.hardwareConcurrency,
    timerStepMilliseconds: timerStep(),
    date: new Date().toISOString(),
    network: sizes[size].title,
    dtype,
    runners: Object.values(lanes).map((lane) => ({
      runner: lane.runner,
      epochs: lane.epochs,
      rowsPerSecond: spreadOf(settled(lane)),
      milliseconds: lane.times.at(-1) ?? 0,
      coldStartMilliseconds: { worker: lane.start, network: lane.made, firstEpoch: lane.firstEpoch },
      weightsHash: lane.hash,
    })),
    ...(wasm && typescript
      ? { wasmToTypeScript: ratioOf(wasm, typescript), equalWeights: wasm.hash === typescript.hash }
      : {}),
    warnings,
  }
}
