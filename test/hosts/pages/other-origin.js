// A page that loads the library from another origin
import { hostScenario } from './scenario.js'

const dist = `http://localhost:${location.port}/node_modules/wasmprop/dist`
const library = await import(`${dist}/index.js`)
const { createNetwork } = await import(`${dist}/worker.js`)
report(await hostScenario(library, createNetwork))
