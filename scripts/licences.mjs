// dist/LICENCES.txt: the licences of the libraries that are bundled into dist/.
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

export function writeLicences() {
  writeFileSync('dist/LICENCES.txt', [...LIBRARIES.map(licenceOf), FDLIBM].join('\n---\n\n'))
}

function licenceOf(name) {
  const { version } = readJSON(`node_modules/${name}/package.json`)
  const folder = `node_modules/${SHARED_TEXTS[name] ?? name}`
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const notice = existsSync(`${folder}/NOTICE`) ? [readFileSync(`${folder}/NOTICE`, 'utf8')] : []
  const parts = [`${name} ${version}`, readFileSync(`${folder}/${file}`, 'utf8'), ...notice]
  return `${parts.map((part) => part.trim()).join('\n\n')}\n`
}
