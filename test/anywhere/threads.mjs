// The scenario on threads in Node: argv[2] is their number.
import { createNetwork } from 'wasmprop'
import { threadsScenario } from './threads-scenario.js'

console.log(JSON.stringify(await threadsScenario(createNetwork, Number(process.argv[2]))))
