// Softmax of networks that are trained together: every lane as assembly/activations.ts has it.
import { expOrZero } from '../kernels/exponential'
import { flush, leastNormal, leastValue, VECTOR } from '../kernels/vector'

/** outputs[j] = e^(net[j] − largest net) / Σ of these, summed in order of j; rows of `stride` bytes */
export function softmax<T>(nets: usize, outputs: usize, rows: usize, stride: usize, element: usize): void {
  for (const end = nets + rows * stride; nets < end; nets += stride, outputs += stride) {
    for (let vector: usize = 0; vector < element; vector += VECTOR) {
      let largest = v128.load(nets + vector)
      for (let i = vector; i < stride; i += element) {
        const net = v128.load(nets + i)
        largest = v128.bitselect(net, largest, v128.gt<T>(net, largest))
      }
      let sum = v128.splat<T>(<T>0)
      for (let i = vector; i < stride; i += element) {
        const power = expOrZero<T>(v128.sub<T>(v128.load(nets + i), largest))
        v128.store(outputs + i, power)
        sum = v128.add<T>(sum, power)
      }
      for (let i = vector; i < stride; i += element) {
        v128.store(outputs + i, flush<T>(v128.div<T>(v128.load(outputs + i), sum), leastNormal<T>()))
      }
    }
  }
}

/** ∂loss/∂net[j] = output[j] · (delta[j] − Σ delta[k] · output[k]), summed in order of k */
export function softmaxBackward<T>(deltas: usize, outputs: usize, rows: usize, stride: usize, element: usize): void {
  for (const end = deltas + rows * stride; deltas < end; deltas += stride, outputs += stride) {
    for (let vector: usize = 0; vector < element; vector += VECTOR) {
      let dot = v128.splat<T>(<T>0)
      for (let i = vector; i < stride; i += element) {
        dot = v128.add<T>(dot, v128.mul<T>(v128.load(deltas + i), v128.load(outputs + i)))
      }
      for (let i = vector; i < stride; i += element) {
        const delta = v128.mul<T>(v128.load(outputs + i), v128.sub<T>(v128.load(deltas + i), dot))
        v128.store(deltas + i, flush<T>(delta, leastValue<T>()))
      }
    }
  }
}
