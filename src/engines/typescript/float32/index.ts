// What the TypeScript engine calls for networks of this folder's type.
export { adjustGradients } from './gradients.ts'
export { forward } from './network.ts'
export { batchLoss, block, clearLoss, step, train } from './training.ts'
