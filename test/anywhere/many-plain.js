// Many networks over threads, without a bundler
import { manyScenario } from './many-scenario.js'

const { trainMany } = await import('/node_modules/wasmprop/dist/index.js')
report(await manyScenario(trainMany, 2))
