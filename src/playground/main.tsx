// Where the page starts.
import { render } from 'preact'
import { App } from './app.tsx'
import { keepOffline } from './offline.ts'

render(<App />, document.getElementById('app')!)
keepOffline()
