// The scenario in a page that Vite builds, with the package imported by name.
import './report.js'
import { createNetwork } from 'wasmprop'
import { scenario } from './scenario.js'

report(await scenario({ createNetwork }))
