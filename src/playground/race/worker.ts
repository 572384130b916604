// One runner of the race. Each has a worker of its own; they take turns, so that none takes time from another.
import type { FromRunner, ToRunner } from './messages.ts'
import { createTrainee, type Trainee } from './trainee.ts'

/**
 * Of an object: as a variable of the module, WebKitGTK 2.50 found it undefined in the midst of a long race, when it had compiled the
 * loop anew. `pace`: epochs that a millisecond had room for, in the last call
 */
const held: { trainee: Trainee | undefined; pace: number } = { trainee: undefined, pace: 1 }

const post = (message: FromRunner) => postMessage(message)

addEventListener('message', async ({ data }: MessageEvent<ToRunner>) => {
  try {
    if (data.kind === 'prepare') await prepare(data)
    else if (held.trainee === undefined) throw new Error('expected a network to be prepared first')
    else if (data.kind === 'run') run(held.trainee, data)
    else post({ kind: 'finished', hash: held.trainee.hash() })
  } catch (error) {
    post({ kind: 'failed', message: (error as Error).message })
  }
})

async function prepare({ runner, size, dtype }: ToRunner & { kind: 'prepare' }): Promise<void> {
  const started = performance.now()
  const trainee = await createTrainee(runner, size, dtype)
  const made = performance.now() - started
  trainee.train(1)
  const firstEpoch = performance.now() - started - made
  held.trainee = trainee
  held.pace = 1 / Math.max(0.01, firstEpoch)
  post({ kind: 'ready', made, firstEpoch, rows: trainee.rows })
}

function run(trainee: Trainee, { milliseconds, epochs }: ToRunner & { kind: 'run' }): void {
  let done = 0
  let spent = 0
  while (done < epochs && spent < milliseconds) {
    const wanted = Math.max(1, Math.min(epochs - done, Math.round(held.pace * (milliseconds - spent))))
    const started = performance.now()
    trainee.train(wanted)
    const took = performance.now() - started
    done += wanted
    spent += took
    // Coarse timers may say 0: then the next call is ten times as long.
    held.pace =
      took > 0.5 ? wanted / took : Math.min(epochs, 10 * Math.max(held.pace, wanted / Math.max(1, milliseconds)))
  }
  post({ kind: 'ran', epochs: done, milliseconds: spent, loss: trainee.loss() })
}
