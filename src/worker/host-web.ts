// The entry `wasmprop/worker-host` of browsers: makes a host of the worker that imports it.
import { accept } from './host.ts'

addEventListener('message', ({ data }) => accept(data))
