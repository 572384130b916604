// What the benches of the repository share with the command: built to build/bench-kit.js, for Node and for browsers.
export { classData, generator, tutorialData } from './data.ts'
export { measure, ratioOf, scale, summarize, uncertainty } from './measure.ts'
export { plainNetwork } from './plain-network.ts'
export { typedArrays, unrolled } from './plain-tutorial.ts'
export { createTrainee, nearTo, prove, sameBits, whyNotRelaxed } from './trainees.ts'
export { configOf, dataOf, workloadNames, workloads } from './workloads.ts'
