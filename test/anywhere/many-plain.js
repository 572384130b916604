// Many networks over threads, without a bundler
import { manyScenario } from './many-scenario.js'

const { trainMany } = await import('/node_modules/wasmprop/dist/index.js')
const calls = new URLSearchParams(location.search).get('calls')
report(await manyScenario(trainMany, 2, calls === null ? undefined : Number(calls)))
