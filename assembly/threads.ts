// The build with threads: everything of index.ts, and what helpers call.
export * from './index'
export { help } from './team'
