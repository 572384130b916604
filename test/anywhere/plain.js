// The scenario in a page without a bundler: the installed file is loaded as it lies.
import { createNetwork } from '/node_modules/wasmprop/dist/index.js'
import { scenario } from './scenario.js'

report(await scenario({ createNetwork }))
