// A network on two threads in the page alone
import { createNetwork } from '/node_modules/wasmprop/dist/index.js'
import { threadsScenario } from './threads-scenario.js'

report([await threadsScenario(createNetwork, 2)])
