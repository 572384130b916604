// Where the page starts.
import { render } from 'preact'
import { App } from './app.tsx'
import { keepOffline } from './offline.ts'
import { haveKnownLanguage } from './ui/language.ts'

haveKnownLanguage()
render(<App />, document.getElementById('app')!)
keepOffline()
