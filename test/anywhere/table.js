// The table in a page without a bundler
import { trainTable } from '/node_modules/wasmprop/dist/table.js'
import { tableScenario } from './table-scenario.js'

report(await tableScenario({ trainTable }))
