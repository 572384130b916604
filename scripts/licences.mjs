// LICENCES.txt: the licences of the libraries that are bundled into dist/, and of those of the page.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readJSON } from './stamps.mjs'

const LIBRARIES = [
  '@assemblyscript/loader',
  '@stricli/core',
  'asciichart',
  'cli-progress',
  'd3-array',
  'd3-color',
  'd3-format',
  'd3-interpolate',
  'd3-path',
  'd3-scale',
  'd3-shape',
  'd3-time',
  'd3-time-format',
  'fzstd',
  'hyparquet',
  'hyparquet-compressors',
  'hysnappy',
  'internmap',
  'papaparse',
  'string-width',
  'tinybench',
]

/** What the page has beside them */
const OF_PAGE = ['@preact/signals', '@preact/signals-core', 'preact', 'uplot']

/** Libraries that come without the text of their licence, and one that has it: the loader's compiler, and Apache 2.0 */
const SHARED_TEXTS = { '@assemblyscript/loader': 'assemblyscript', '@stricli/core': 'typescript' }

/** Its e_log.c is what the logarithms follow, coefficients included. */
const FDLIBM = `fdlibm

Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.

Developed at SunSoft, a Sun Microsystems, Inc. business.
Permission to use, copy, modify, and distribute this
software is freely granted, provided that this notice
is preserved.
`

const joined = (texts) => texts.join('\n---\n\n')

export function writeLicences() {
  writeFileSync('dist/LICENCES.txt', joined([...LIBRARIES.map(licenceOf), FDLIBM]))
}

/** `modules` are the paths of what was bundled: each library has to be listed here. */
export function licencesOfPage(modules) {
  const listed = [...LIBRARIES, ...OF_PAGE]
  const names = modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
  const unlisted = names.find((name) => !listed.includes(name))
  if (unlisted !== undefined) throw new Error(`${unlisted}: its licence is not in scripts/licences.mjs`)
  const own = `wasmprop\n\n${readFileSync('LICENSE', 'utf8')}`
  return joined([own, ...OF_PAGE.map(licenceOf), ...LIBRARIES.map(licenceOf), FDLIBM])
}

function licenceOf(name) {
  const { version } = readJSON(`node_modules/${name}/package.json`)
  const folder = `node_modules/${SHARED_TEXTS[name] ?? name}`
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const notice = existsSync(`${folder}/NOTICE`) ? [readFileSync(`${folder}/NOTICE`, 'utf8')] : []
  const parts = [`${name} ${version}`, readFileSync(`${folder}/${file}`, 'utf8'), ...notice]
  return `${parts.map((part) => part.trim()).join('\n\n')}\n`
}
