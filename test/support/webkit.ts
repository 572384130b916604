// WebKitGTK, driven over WebDriver by Debian's webkit2gtk-driver, on a display of its own that nobody sees (Xvfb). Ends exactly
// the processes it started.
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findWebKit } from './find-browser.ts'
import { endGroup, launch } from './launch.ts'
import { inFolder, PATIENCE } from './playground.ts'

export interface WebKitPage {
  /** Runs the body of a function in the page; what it returns */
  run(script: string): Promise<unknown>
  /** Until the body of a function returns something that is true; that */
  until(script: string, patience?: number): Promise<unknown>
}

/** Opens a page; nothing outlives the call. `driver` is the path of WebKitWebDriver. */
export async function inWebKit(
  driver: string,
  address: string,
  use: (page: WebKitPage) => Promise<void>,
): Promise<void> {
  await inFolder(async (home) => {
    const port = await freePort()
    const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, ...PLAIN_DRAWING }
    const script = `xvfb=$1; shift; exec 3>"$HOME/display"; "$xvfb" -displayfd 3 -screen 0 1280x900x24 -nolisten tcp &
      until [ -s "$HOME/display" ]; do sleep 0.1; done; DISPLAY=":$(cat "$HOME/display")" exec "$@"`
    const program = [driver, '--host=127.0.0.1', `--port=${port}`]
    const child = launch('sh', ['-c', script, 'sh', join(dirname(driver), 'Xvfb'), ...program], env)
    try {
      const session = await Session.start(`http://127.0.0.1:${port}`)
      await session.post('/url', { url: address })
      await use(session)
    } finally {
      await ended(child)
    }
  })
}

/** Neither a graphics card nor a bus is needed. */
const PLAIN_DRAWING = {
  WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  LIBGL_ALWAYS_SOFTWARE: '1',
  NO_AT_BRIDGE: '1',
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  endGroup(child)
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

class Session implements WebKitPage {
  readonly #address: string

  private constructor(address: string) {
    this.#address = address
  }

  /** As soon as the driver listens */
  static async start(driver: string): Promise<Session> {
    const options = { binary: findWebKit()?.browser, args: ['--automation'] }
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
    const end = performance.now() + PATIENCE
    for (;;) {
      try {
        const { sessionId } = (await post(`${driver}/session`, { capabilities })) as { sessionId: string }
        return new Session(`${driver}/session/${sessionId}`)
      } catch (error) {
        if (performance.now() > end) throw error
        await wait(200)
      }
    }
  }

  post(path: string, body: object): Promise<unknown> {
    return post(this.#address + path, body)
  }

  run(script: string): Promise<unknown> {
    return this.post('/execute/sync', { script, args: [] })
  }

  async until(script: string, patience = PATIENCE): Promise<unknown> {
    const end = performance.now() + patience
    for (;;) {
      const value = await this.run(script)
      if (value) return value
      if (performance.now() > end) throw new Error(`this never came true: ${script}`)
      await wait(200)
    }
  }
}

async function post(address: string, body: object): Promise<unknown> {
  const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) })
  const { value } = (await response.json()) as { value: { error?: string; message?: string } }
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`)
  return value
}
