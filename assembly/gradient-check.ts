// What checkGradients asks of float64 where a network's own build is for float32: gradients and losses, no training.
export { adjust, evaluate, freeAddress, loss } from './index'
