import * as library from 'wasmprop'
import { createNetwork } from 'wasmprop/worker'
import { hostScenario } from './scenario.js'

console.log(JSON.stringify(await hostScenario(library, createNetwork)))
