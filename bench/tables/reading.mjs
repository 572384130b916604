// How fast plain numbers are read, beside Papa Parse in chunks: `node bench/tables/reading.mjs [--megabytes 20] [--rounds 5]`
// after `npm run build`. First it is proved that every number is that of `Number()`, then both take turns; minimum against
// minimum, by the time of the processor and, in brackets, by the clock, which others on the machine hold up. Papa Parse is given the same text as strings in pieces and leaves strings: what turns them into numbers is not counted.
import { parseArgs } from 'node:util'
import Papa from 'papaparse'
import { readTable } from '../../dist/table.js'

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '20' }, rounds: { type: 'string', default: '5' } },
})
const bytesWanted = Number(values.megabytes) * 1e6
const PIECE = 10 * 2 ** 20 // Papa Parse's own for files

/** Cells as instruments, prices and counts are written; or with all digits of random numbers, of which many take more than 2⁵³ */
const writers = {
  'up to 6 digits': [
    (r) => (r * 100).toFixed(2),
    (r) => String(Math.floor(r * 1e4)),
    (r) => (r * 10 - 5).toFixed(4),
    (r) => String(Math.floor(r * 1e6)),
    (r) => (r * 1000).toFixed(1),
    (r) => r.toFixed(6),
  ],
  '16 and 17 digits': [String, (r) => String(r * 100), (r) => String(r - 0.5)],
}

/** mulberry32 of Tommy Ettinger: the same table every time */
function randomOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32 + (state >>> 0) / 2 ** 64
  }
}

function tableOf(cells) {
  const random = randomOf(1)
  const lines = [cells.map((_, column) => `x${column}`).join()]
  for (let length = 0; length < bytesWanted; length += lines.at(-1).length + 1)
    lines.push(cells.map((write) => write(random())).join())
  return `${lines.join('\n')}\n`
}

async function prove(text) {
  const { columns } = await readTable(text)
  const [header, ...rows] = text.trimEnd().split('\n')
  const names = header.split(',')
  rows.forEach((row, index) => {
    row.split(',').forEach((cell, column) => {
      const got = columns.get(names[column]).values[index]
      if (!Object.is(got, Number(cell))) throw new Error(`row ${index}, ${names[column]}: ${cell} was read as ${got}`)
    })
  })
  return rows.length
}

function parseInChunks(text) {
  let rows = 0
  let rest = ''
  for (let at = 0; at < text.length; at += PIECE) {
    const piece = rest + text.slice(at, at + PIECE)
    const end = piece.lastIndexOf('\n') + 1
    rest = piece.slice(end)
    rows += Papa.parse(piece.slice(0, end), { delimiter: ',', newline: '\n' }).data.length - 1
  }
  return rows
}

/** Milliseconds of the processor and of the clock */
async function time(act) {
  const [started, used] = [performance.now(), process.cpuUsage()]
  await act()
  const { user, system } = process.cpuUsage(used)
  return [(user + system) / 1000, performance.now() - started]
}

for (const [name, cells] of Object.entries(writers)) {
  const text = tableOf(cells)
  const bytes = new TextEncoder().encode(text)
  const rows = await prove(text)
  const times = { ours: [], papa: [] }
  for (let round = 0; round < Number(values.rounds); round++) {
    times.ours.push(await time(() => readTable(bytes)))
    times.papa.push(await time(() => parseInChunks(text)))
  }
  const speeds = (list) => [0, 1].map((kind) => bytes.length / 1000 / Math.min(...list.map((one) => one[kind])))
  const [ours, papa] = [speeds(times.ours), speeds(times.papa)]
  const words = (mark, digits, of) => `${of(0).toFixed(digits)}${mark} (${of(1).toFixed(digits)}${mark})`
  console.log(
    `${name}: ${rows} rows × ${cells.length}, ${(bytes.length / 1e6).toFixed(0)} MB, all equal to Number(); ` +
      `readTable ${words(' MB/s', 0, (kind) => ours[kind])}, Papa Parse ${words(' MB/s', 0, (kind) => papa[kind])}, ` +
      `${words(' times', 1, (kind) => ours[kind] / papa[kind])}`,
  )
}
