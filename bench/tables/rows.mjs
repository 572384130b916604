// How long many rows take: read, encoded and trained for one epoch. `node bench/tables/rows.mjs [--rows 1000000] [--columns 20]`
// after `npm run build`. Reading is timed alone; the training of one epoch is that of a whole model (3 folds, a network and a
// linear model), so that its rows are counted as often as they are trained on. Peak memory is the process's.
import { parseArgs } from 'node:util'
import { readTable, trainTable } from '../../dist/table.js'

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, columns: { type: 'string', default: '20' } },
})
const [rows, columns] = [Number(values.rows), Number(values.columns)]

/** Numbers between 0 and 1 with six digits, the same every time (Park, Miller 1988) */
function textOf() {
  let state = 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const names = Array.from({ length: columns - 1 }, (_, column) => `x${column}`)
  const pieces = [`${[...names, 'y'].join()}\n`]
  for (let row = 0; row < rows; row++) {
    const cells = names.map(next)
    const y = cells[0] - cells[1] * cells[2] + 0.1 * next()
    pieces.push(`${[...cells, y].map((cell) => cell.toFixed(6)).join()}\n`)
  }
  return new TextEncoder().encode(pieces.join(''))
}

async function timed(what, act) {
  const started = performance.now()
  const before = process.cpuUsage()
  const result = await act()
  const { user, system } = process.cpuUsage(before)
  const [seconds, processor] = [(performance.now() - started) / 1000, (user + system) / 1e6]
  const rate = Math.round(rows / processor).toLocaleString('en')
  console.log(`${what}: ${seconds.toFixed(1)} s, processor ${processor.toFixed(1)} s, ${rate} rows a second of it`)
  return result
}

const bytes = textOf()
console.log(`${rows} rows × ${columns} columns, ${(bytes.length / 1e6).toFixed(0)} MB`)
await timed('read', () => readTable(bytes))
const stages = new Map()
let last = performance.now()
const model = await timed('read, encoded, trained one epoch', () =>
  trainTable(bytes, {
    target: 'y',
    effort: 'quick',
    train: { epochs: 1 },
    onProgress: ({ stage }) => {
      stages.set(stage, (stages.get(stage) ?? 0) + performance.now() - last)
      last = performance.now()
    },
  }),
)
for (const [stage, milliseconds] of stages) console.log(`  ${stage}: ${(milliseconds / 1000).toFixed(1)} s`)
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, ${model.networks.length} networks`)
model.dispose()
