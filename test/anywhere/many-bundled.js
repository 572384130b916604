// Many networks over threads, in a page that Vite builds
import './report.js'
import { trainMany } from 'wasmprop'
import { manyScenario } from './many-scenario.js'

report(await manyScenario(trainMany, 2))
