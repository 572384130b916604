// Before any test: what all files of tests of one run share, made when it is first wanted, since it takes longer than most of what
// is tested with it: one browser of each kind, and the installed package.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { makePackage } from '../anywhere/package.ts'
import { OpenBrowsers } from './open-browsers.ts'

/** Names the place where files of tests ask for it; the projects of a run have one. */
const PLACE = 'WASMPROP_SHARED'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[PLACE] !== undefined) return
  const browsers = new OpenBrowsers()
  let made: ReturnType<typeof makePackage> | undefined
  const server = createServer((request, response) => {
    if (request.url === '/page') return void openPage(browsers, request, response)
    made ??= makePackage()
    made.then(
      ({ folder, packed }) => response.end(JSON.stringify({ folder, packed })),
      ({ message }) => response.writeHead(500).end(message),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env[PLACE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async () => {
    delete process.env[PLACE]
    server.close()
    server.closeAllConnections()
    await browsers.end()
    ;(await made?.catch(() => undefined))?.remove()
  }
}

/** A page is open as long as the request that asked for it. Answers with what went wrong. */
async function openPage(browsers: OpenBrowsers, request: IncomingMessage, response: ServerResponse): Promise<void> {
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
