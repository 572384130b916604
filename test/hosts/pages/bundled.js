// A page that a bundler makes
import * as library from 'wasmprop'
import { createNetwork } from 'wasmprop/worker'
import { hostScenario } from './scenario.js'

hostScenario(library, createNetwork).then(report, (error) => report(String(error?.stack ?? error)))
