// A process for kill.test.ts: trains, or goes on where the file is there already, and says of each checkpoint when it is written.
import { existsSync, writeSync } from 'node:fs'
import { createNetwork } from 'wasmprop'
import { checkpoint, loadSnapshot } from 'wasmprop/node'

const [path, training] = process.argv.slice(2)
const { config, inputs, targets, options } = JSON.parse(training)
const save = checkpoint({ path })
const onEpoch = (progress) => {
  save(progress)
  writeSync(process.stdout.fd, `${progress.epoch}\n`)
}
if (existsSync(path)) await (await loadSnapshot(path)).resume(inputs, targets, { onEpoch })
else (await createNetwork(config)).trainSync(inputs, targets, { ...options, onEpoch })
