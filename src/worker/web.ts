// The entry `wasmprop/worker` of browsers.
import { startWorkersBy } from './thread.ts'

export * from './client.ts'

// To the letter the form that Vite and webpack look for
startWorkersBy(() => new Worker(new URL('./worker-host.js', import.meta.url), { type: 'module' }))
