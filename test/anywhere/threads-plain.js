// Networks on several threads without a bundler, in the page and in a worker.
import { createNetwork } from '/node_modules/wasmprop/dist/index.js'
import { createNetwork as createInWorker } from '/node_modules/wasmprop/dist/worker.js'
import { threadsScenario } from './threads-scenario.js'

report([await threadsScenario(createNetwork, 2), await threadsScenario(createInWorker, 3)])
