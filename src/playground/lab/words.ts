// What the parts of a setup are called, on their fields and in what is said of them.
import type { Setup } from './setup.ts'

export const names = {
  data: 'Data',
  rows: 'Rows',
  noise: 'Noise',
  holdOut: 'Held out to judge',
  hidden: 'Hidden layers',
  output: 'Output',
  loss: 'Loss',
  weightInit: 'First weights',
  optimizer: 'Optimizer',
  learningRate: 'Learning rate',
  schedule: 'Schedule',
  batch: 'Batch',
  weightDecay: 'Weight decay',
  l1: 'L1',
  l2: 'L2',
  clipNorm: 'Clip their norm',
  clipValue: 'Clip each gradient',
  frozen: 'Frozen layers',
  scaling: 'Scaling of inputs',
  targetScaling: 'Scaling of targets',
  dtype: 'Numbers',
  engine: 'Engine',
  seed: 'Seed',
} as const satisfies Record<keyof Setup, string>

export const nameOf = (part: keyof Setup): string => names[part]
