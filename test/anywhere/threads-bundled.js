// Networks on several threads in a page that Vite builds, in the page and in a worker.
import './report.js'
import { createNetwork } from 'wasmprop'
import { createNetwork as createInWorker } from 'wasmprop/worker'
import { threadsScenario } from './threads-scenario.js'

report([await threadsScenario(createNetwork, 2), await threadsScenario(createInWorker, 3)])
