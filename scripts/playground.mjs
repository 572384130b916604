// Builds the page of src/playground into build/playground, for any static host and under any path; `--serve` shows it.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'
import { licencesOfPage } from './licences.mjs'
import { readJSON } from './stamps.mjs'

const root = fileURLToPath(new URL('../src/playground/', import.meta.url))
const outDir = fileURLToPath(new URL('../build/playground/', import.meta.url))
const { version } = readJSON(new URL('../package.json', import.meta.url))
const dist = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url))

/** The package as users get it */
const alias = [
  { find: /^wasmprop$/, replacement: dist('index.js') },
  { find: /^wasmprop\/(lesson|table|worker|worker-host)$/, replacement: dist('$1.js') },
]

/** package.json names one file with side effects; the page's own have them, styles above all. */
const treeshake = { moduleSideEffects: (id) => /playground|worker-host|\.css$/.test(id) }

/** Workers of the library's own making, which the page does without: it gives workers of its own. */
const UNUSED = /worker-host-|script-text-|\.map$/

/** What frames made by the page may look like: its policy is theirs as well. */
const [, reportStyle] = /STYLE_HASH = '([^']+)'/.exec(readFileSync(`${root}../report/page.ts`, 'utf8'))

const policy = {
  name: 'policy',
  transformIndexHtml: (html) => html.replace('REPORT_STYLE', reportStyle),
}

/** The licences of all that the page is made of, beside it; a library without one ends the build. */
const licences = {
  name: 'licences',
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds)
    this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: licencesOfPage(modules) })
  },
}

/** Puts the names of all files into the service worker, which keeps them, and a name of its own for each build. */
const offline = {
  name: 'offline',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = ['./', ...Object.keys(bundle).filter((file) => file !== 'index.html' && !UNUSED.test(file))]
    const shown = readdirSync(`${root}public`)
    const text = readFileSync(`${root}service-worker.js`, 'utf8')
    const version = createHash('sha256')
    for (const file of Object.values(bundle)) version.update(file.code ?? file.source)
    const source = text
      .replace('__FILES__', JSON.stringify([...files, ...shown]))
      .replace('__VERSION__', JSON.stringify(version.digest('hex').slice(0, 16)))
    this.emitFile({ type: 'asset', fileName: 'service-worker.js', source })
  },
}

/** No warning that plugins take the time that they take */
const checks = { pluginTimings: false }

/**
 * What a worker begins with, apart from its entry: parts that are loaded later would import the entry for it, which WebKit runs
 * anew for them, so that it heard each message twice.
 */
const output = {
  codeSplitting: {
    groups: [{ name: 'begin', tags: ['$initial'], test: (id) => !/playground\/\w+\/worker\.ts/.test(id) }],
  },
}

const config = {
  root,
  base: './',
  configFile: false,
  logLevel: 'warn',
  resolve: { alias },
  define: { 'import.meta.env.VERSION': JSON.stringify(version) },
  worker: { format: 'es', rollupOptions: { treeshake, checks, output } },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: { treeshake, checks },
  },
  plugins: [policy, licences, offline],
}

await build(config)
if (process.argv.includes('--serve')) {
  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 4173 } })
  server.printUrls()
}
