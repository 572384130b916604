// How each bundler makes the page bundler.html of a folder that has the package installed. They lie in build/hosts/bundlers,
// where `installBundlers` puts those that are missing.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { ROOT } from '../anywhere/package.ts'
import { installHosts, versionIn } from './install.ts'

const HOME = join(ROOT, 'build/hosts/bundlers')

/** As npm takes them, by the folder that they come to lie in */
const PACKAGES = {
  webpack: 'webpack@5',
  rollup: 'rollup@4',
  '@rollup/plugin-node-resolve': '@rollup/plugin-node-resolve@16',
  parcel: 'parcel@2',
  vite5: 'vite5@npm:vite@5',
  vite6: 'vite6@npm:vite@6',
  vite7: 'vite7@npm:vite@7',
} as const

type Name = keyof typeof PACKAGES

export const installBundlers = () => void installHosts('bundlers', PACKAGES)

export function versionOf(name: string): string {
  const home = Object.hasOwn(PACKAGES, name) ? HOME : ROOT
  return versionIn(home, name)
}

// biome-ignore lint/suspicious/noExplicitAny: their types are not installed
const load = async (name: Name, file: string): Promise<any> =>
  import(/* @vite-ignore */ pathToFileURL(join(HOME, 'node_modules', name, file)).href)

/** Builds into a folder of that name, and gives the warnings. */
type Build = (folder: string, out: string) => Promise<string[]>

export const bundlers: Readonly<Record<string, Build>> = {
  esbuild: async (folder, out) => {
    const options = {
      bundle: true,
      format: 'esm',
      splitting: true,
      outdir: join(folder, out),
      logLevel: 'silent',
    } as const
    const { warnings } = await esbuild.build({ ...options, entryPoints: [join(folder, 'bundler.js')] })
    writePage(folder, out)
    return warnings.map(({ text }) => text)
  },
  rollup: async (folder, out) => {
    const { rollup } = await load('rollup', 'dist/es/rollup.js')
    const { nodeResolve } = await load('@rollup/plugin-node-resolve', 'dist/es/index.js')
    const warnings: string[] = []
    const onwarn = ({ message }: { message: string }) => warnings.push(message)
    const bundle = await rollup({
      input: join(folder, 'bundler.js'),
      plugins: [nodeResolve({ browser: true })],
      onwarn,
    })
    await bundle.write({ dir: join(folder, out), format: 'es' })
    writePage(folder, out)
    return warnings
  },
  webpack: async (folder, out) => {
    const { default: webpack } = await load('webpack', 'lib/index.js')
    const output = { path: join(folder, out), filename: 'bundler.js', publicPath: `/${out}/` }
    const compiler = webpack({ mode: 'production', context: folder, entry: './bundler.js', output, performance: false })
    // biome-ignore lint/suspicious/noExplicitAny: its types are not installed
    const stats = await new Promise<any>((resolve, reject) => {
      compiler.run((error: Error | null, result: unknown) => (error ? reject(error) : resolve(result)))
    })
    writePage(folder, out)
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
    return [...errors, ...warnings].map(({ message }: { message: string }) => message)
  },
  /** It reads `exports` where the app's package.json allows it; without that, `main` gives it the core alone. */
  parcel: async (folder, out) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const exported = { ...manifest, '@parcel/resolver-default': { packageExports: true } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(exported))
    const args = [join(HOME, 'node_modules/parcel/lib/bin.js'), 'build', 'bundler.html', '--dist-dir', out]
    const options = { cwd: folder, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...args, '--no-cache', '--public-url', `/${out}/`],
      options,
    )
    return status === 0 ? [] : [stdout + stderr]
  },
  ...Object.fromEntries(
    (['vite5', 'vite6', 'vite7'] as const).map((name): [string, Build] => [
      name,
      async (folder, out) => {
        const { build, createLogger } = await load(name, 'dist/node/index.js')
        const warnings: string[] = []
        const customLogger = { ...createLogger('warn'), warn: (text: string) => warnings.push(text) }
        const rollupOptions = { input: join(folder, 'bundler.html') }
        await build({
          root: folder,
          base: `/${out}/`,
          configFile: false,
          customLogger,
          build: { outDir: out, rollupOptions, chunkSizeWarningLimit: 1e4, target: 'es2022' },
        })
        return warnings
      },
    ]),
  ),
}

/** Starts the server that Vite has for developers; what its pages report is passed on to the harness that opens them. */
export async function serveByVite(name: 'vite5' | 'vite6' | 'vite7', folder: string, headers: object) {
  const { createServer } = await load(name, 'dist/node/index.js')
  let harness = ''
  // biome-ignore lint/suspicious/noExplicitAny: its types are not installed
  const passOn = (request: any, response: any, next: () => void) => {
    harness = new URL(request.url, 'http://localhost').searchParams.get('harness') ?? harness
    if (request.method !== 'POST') return next()
    let body = ''
    request.on('data', (text: Buffer) => {
      body += text
    })
    request.on('end', () => fetch(`${harness}/report`, { method: 'POST', body }).then(() => response.end()))
  }
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    cacheDir: join(folder, `cache-${name}`),
    server: { host: '127.0.0.1', port: 0, headers },
    // biome-ignore lint/suspicious/noExplicitAny: its types are not installed
    plugins: [{ name: 'reports', configureServer: ({ middlewares }: any) => void middlewares.use(passOn) }],
  })
  await server.listen()
  const { port } = server.httpServer.address()
  return { address: `http://127.0.0.1:${port}/bundler.html`, close: () => server.close() as Promise<void> }
}

function writePage(folder: string, out: string): void {
  writeFileSync(
    join(folder, out, 'bundler.html'),
    '<!doctype html>\n<script type="module" src="./bundler.js"></script>\n',
  )
}
