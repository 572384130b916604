// The table in Node, at several numbers of threads and in the other engine
import { trainTable } from 'wasmprop/table'
import { tableScenario } from './table-scenario.js'

const results = await tableScenario({ trainTable }, [1, 2, 3])
const other = await tableScenario({ trainTable }, [1], { engine: 'typescript' })
console.log(JSON.stringify([...results, ...other]))
