import './report.js'
import './bundled.js'
