// A page without a bundler
import * as library from '/node_modules/wasmprop/dist/index.js'
import { createNetwork } from '/node_modules/wasmprop/dist/worker.js'
import { hostScenario } from './scenario.js'

report(await hostScenario(library, createNetwork))
