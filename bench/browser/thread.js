// The inside of a worker that page.js starts: as src/cli/bench/process.ts.
import { createTrainee } from '../../build/bench-kit.js'

let trainee

function sample(calls) {
  const started = performance.now()
  for (let call = 0; call < calls; call++) trainee.run()
  return performance.now() - started
}

addEventListener('message', async ({ data: { options, calls } }) => {
  try {
    if (options !== undefined) {
      trainee = await createTrainee(options)
      postMessage(trainee.work)
    } else postMessage(calls === undefined ? trainee.result() : sample(calls))
  } catch (error) {
    postMessage({ error: String(error.stack ?? error) })
  }
})
