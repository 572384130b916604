// What the benches of the repository share with the command: built to build/bench-kit.js, for Node and for browsers.
export { classData, generator, tutorialData } from '../../workloads/data.ts'
export { plainNetwork } from '../../workloads/plain-network.ts'
export { typedArrays, unrolled } from '../../workloads/plain-tutorial.ts'
export { configOf, dataOf, workloadNames, workloads } from '../../workloads/workloads.ts'
export { measure, ratioOf, scale, summarize, uncertainty } from './measure.ts'
export { createTrainee, nearTo, prove, sameBits, whyNotRelaxed } from './trainees.ts'
