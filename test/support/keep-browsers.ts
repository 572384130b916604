// Before any test: a place that opens pages for all files of tests, in one browser of each kind for the whole run, since to start
// one takes longer than most of what is tested in it. A page is open as long as the request that asked for it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { OpenBrowsers } from './open-browsers.ts'

/** Projects of one run share it. */
const PLACE = 'WASMPROP_BROWSERS'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[PLACE] !== undefined) return
  const browsers = new OpenBrowsers()
  const server = createServer((request, response) => void open(browsers, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env[PLACE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async () => {
    delete process.env[PLACE]
    server.close()
    server.closeAllConnections()
    await browsers.end()
  }
}

/** Answers with what went wrong. */
async function open(browsers: OpenBrowsers, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once('close', resolve))
  try {
    const { browser, address } = JSON.parse(await text(request))
    const visit = await browsers.visit(browser, address)
    await Promise.race([visit.ended, gone])
    await visit.close()
  } catch (error) {
    response.end(String((error as Error).message))
  }
}
