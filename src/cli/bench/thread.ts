// The inside of a thread that threads.ts starts: makes one trainee, then times it as it is asked to.
import { parentPort, workerData } from 'node:worker_threads'
import { createTrainee, type TraineeOptions } from './trainees.ts'

const trainee = await createTrainee(workerData as TraineeOptions)

function sample(calls: number): number {
  const started = performance.now()
  for (let call = 0; call < calls; call++) trainee.run()
  return performance.now() - started
}

parentPort?.on('message', (calls?: number) => {
  parentPort?.postMessage(calls === undefined ? trainee.result() : sample(calls))
})
parentPort?.postMessage(trainee.work)
