// The scenario of many networks in Node: argv[2] is the number of threads.
import { trainMany } from 'wasmprop'
import { manyScenario } from './many-scenario.js'

console.log(JSON.stringify(await manyScenario(trainMany, Number(process.argv[2]), 1)))
