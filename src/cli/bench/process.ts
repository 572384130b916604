// The inside of a process that processes.ts starts: makes one trainee, then times it as it is asked to. It ends with the
// channel to who started it.
import { createTrainee, type TraineeOptions } from './trainees.ts'

const options: TraineeOptions = JSON.parse(process.argv[2])
const trainee = await createTrainee(options)

function sample(calls: number): number {
  const started = performance.now()
  for (let call = 0; call < calls; call++) trainee.run()
  return performance.now() - started
}

process.on('message', (calls: number | 'result') => {
  process.send?.(calls === 'result' ? trainee.result() : sample(calls))
})
process.send?.(trainee.work)
