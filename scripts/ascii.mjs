// A plugin that writes what is beyond ASCII as escapes: V8 keeps a source of more than Latin-1 in two bytes a character, and a
// page may not say how its scripts are encoded.
import { decode, encode } from '@jridgewell/sourcemap-codec'

export const ascii = {
  name: 'ascii',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue
      if (file.map) file.map.mappings = moveColumns(file.code, file.map.mappings)
      file.code = escapeAll(file.code)
    }
  },
}

/** In minified code they stand in strings, templates and regular expressions alone. */
function escapeAll(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Each escape is five characters longer than what it stands for. */
function moveColumns(code, mappings) {
  const lines = code.split('\n')
  const moved = decode(mappings).map((segments, line) => {
    let [from, added] = [0, 0]
    return segments.map(([column, ...origin]) => {
      added += 5 * (lines[line].slice(from, column).match(/[^\0-\x7f]/g)?.length ?? 0)
      from = column
      return [column + added, ...origin]
    })
  })
  return encode(moved)
}
