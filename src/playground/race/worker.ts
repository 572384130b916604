// One runner of the race. Each has a worker of its own; they take turns, so that none takes time from another.
import type { FromRunner, ToRunner } from './messages.ts'
import { createTrainee, type Trainee } from './trainee.ts'

let trainee: Trainee | undefined
/** Epochs that a millisecond had room for, in the last call */
let pace = 1

const post = (message: FromRunner) => postMessage(message)

addEventListener('message', async ({ data }: MessageEvent<ToRunner>) => {
  try {
    if (data.kind === 'prepare') await prepare(data)
    else if (trainee === undefined) throw new Error('expected a network to be prepared first')
    else if (data.kind === 'run') run(trainee, data)
    else post({ kind: 'finished', hash: trainee.hash() })
  } catch (error) {
    post({ kind: 'failed', message: (error as Error).message })
  }
})

async function prepare({ runner, size, dtype }: ToRunner & { kind: 'prepare' }): Promise<void> {
  const started = performance.now()
  const created = await createTrainee(runner, size, dtype)
  const made = performance.now() - started
  created.train(1)
  const firstEpoch = performance.now() - started - made
  trainee = created
  pace = 1 / Math.max(0.01, firstEpoch)
  post({ kind: 'ready', made, firstEpoch, rows: created.rows })
}

function run(racing: Trainee, { milliseconds, epochs }: ToRunner & { kind: 'run' }): void {
  let done = 0
  let spent = 0
  while (done < epochs && spent < milliseconds) {
    const wanted = Math.max(1, Math.min(epochs - done, Math.round(pace * (milliseconds - spent))))
    const started = performance.now()
    racing.train(wanted)
    const took = performance.now() - started
    done += wanted
    spent += took
    // Coarse timers may say 0: then the next call is ten times as long.
    pace = took > 0.5 ? wanted / took : Math.min(epochs, 10 * Math.max(pace, wanted / Math.max(1, milliseconds)))
  }
  post({ kind: 'ran', epochs: done, milliseconds: spent, loss: racing.loss() })
}
