// Networks in workers without a bundler; a policy that forbids them is reported.
import { createNetwork } from '/node_modules/wasmprop/dist/worker.js'
import { workerScenario } from './worker-scenario.js'

report(await workerScenario(createNetwork).catch(({ code, message }) => ({ code, message })))
