// A page that trains and aborts by a timer. After loading: until then Firefox itself puts timers off.
import { createNetwork } from '/node_modules/wasmprop/dist/index.js'

addEventListener('load', () => setTimeout(async () => report(await abortByTimer()), 100))

async function abortByTimer() {
  const network = await createNetwork({ inputs: 256, layers: [{ units: 256, activation: 'relu' }, { units: 10 }] })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 100)
  const [inputs, targets] = [new Float32Array(256 * 256), new Float32Array(256 * 10)]
  return (await network.train(inputs, targets, { epochs: 1000, signal: controller.signal })).stopReason
}
