// import() is forbidden here.
importScripts('/node_modules/wasmprop/dist/classic/single.js', '/classic-scenario.js')

self.onmessage = async ({ source }) => {
  const inWorker = () => Promise.reject({ code: 'NONE', message: 'not asked here' })
  source.postMessage(await hostScenario(wasmprop, inWorker).catch((error) => ({ hash: `${error}\n${error.stack}` })))
}
