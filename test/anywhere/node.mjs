// The scenario in Node, from a folder in which the package is installed; the engine is the first argument.
import { createNetwork } from 'wasmprop'
import { scenario } from './scenario.js'

console.log(JSON.stringify(await scenario({ createNetwork }, process.argv[2])))
