// Jest as it comes: CommonJS, in the realm of a sandbox.
const { hostScenario } = require('./scenario.js')
const library = require('wasmprop')

test('trains', async () => {
  const inWorker = () => Promise.reject({ code: 'NONE', message: 'wasmprop/worker is a module' })
  const result = await hostScenario(library, inWorker)
  expect(result.engine).toBe('wasm')
  console.log(`RESULT ${JSON.stringify(result)}`)
}, 60000)
