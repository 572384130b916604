// Networks in workers in a page that Vite builds: in workers of their own, and in one that the page gives.
import './report.js'
import { createNetwork } from 'wasmprop/worker'
import HostWorker from 'wasmprop/worker-host?worker'
import { workerScenario } from './worker-scenario.js'

const own = await workerScenario(createNetwork)
const given = await workerScenario(createNetwork, { worker: new HostWorker() })
report({ own, given })
