// Loads helpers of the tests for the benches in browsers: they are TypeScript, which Node 20 does not read.
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false, hmr: false },
})

/** A file of test/support, which may import more while it runs */
export const loadHelper = (file) =>
  server.ssrLoadModule(fileURLToPath(new URL(`../../test/support/${file}`, import.meta.url)))
