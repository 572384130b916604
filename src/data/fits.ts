// What fits scalings, as one part: `Fits` in scaling.ts.
export { fitScalingInSteps } from './fit-scaling.ts'
export { runningScaling, takeIn } from './running-scaling.ts'
