// A worksheet as a page to print: the network drawn, what is given, a line for each blank. The key is a page of its own.
import type { Blank, WorksheetData } from './worksheet-data.ts'

const STYLE = `
  :root { color-scheme: light; }
  body { font: 11pt/1.4 system-ui, sans-serif; color: #111; background: #fff; max-width: 17cm; margin: 1cm auto; padding: 0 4mm; }
  h1 { font-size: 17pt; margin: 0 0 2mm; }
  h2 { font-size: 12pt; margin: 6mm 0 2mm; }
  .name { display: flex; gap: 1cm; margin-bottom: 4mm; }
  .name span { flex: 1; border-bottom: 1px solid #111; }
  figure { margin: 0; }
  svg { display: block; width: 100%; max-width: 13cm; margin: 2mm auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { padding: 1.2mm 2mm; text-align: left; font-weight: normal; vertical-align: bottom; }
  th { white-space: nowrap; width: 22mm; }
  td.blank { width: 42mm; border-bottom: 1px solid #111; }
  td.answer { width: 42mm; font-variant-numeric: tabular-nums; font-weight: 600; }
  td.formula { color: #444; }
  section { break-inside: avoid; }
  @page { size: A4; margin: 15mm; }
  @media print { body { margin: 0; max-width: none; padding: 0; } }
`

/** Blanks to fill in */
export function worksheetToHTML(sheet: WorksheetData): string {
  const title = `One step of backpropagation, by hand (sheet ${sheet.seed})`
  const names = '<p class="name">Name <span></span> Date <span></span></p>'
  const cell = () => '<td class="blank"></td>'
  return pageOf(title, [names, givenOf(sheet), drawn(sheet), ...sectionsOf(sheet, cell)].join('\n'))
}

/** The answers */
export function keyToHTML(sheet: WorksheetData): string {
  const cell = ({ answer }: Blank) => `<td class="answer">${signed(answer.toFixed(sheet.decimals))}</td>`
  return pageOf(`Key to sheet ${sheet.seed}`, [givenOf(sheet), drawn(sheet), ...sectionsOf(sheet, cell)].join('\n'))
}

function pageOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`
}

/** e^−net h1 with a raised exponent */
export const raised = (formula: string): string => formula.replace(/e\^(−net \w+)/, 'e<sup>$1</sup>')

const signed = (text: string): string => text.replace('-', '−')

/** What is given, but for the weights */
export function givenOf({ inputs, targets, learningRate, decimals }: WorksheetData): string {
  return `<p>A 2-2-2 network with sigmoid units, out = 1 / (1 + e<sup>−net</sup>), and E = ½ Σ (target − out)².
Given: ${listOf({ i1: inputs[0], i2: inputs[1] })}; ${listOf({ 'target o1': targets[0], 'target o2': targets[1] })}; η = ${learningRate}.
The biases stay as they are. Keep all digits that your calculator has, and write ${decimals} decimals.</p>`
}

/** w1 = 0.15, w2 = 0.2 … */
export const listOf = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${signed(String(value))}`)
    .join(', ')

const drawn = ({ weights }: WorksheetData): string => `<figure>${drawingOf(weights)}</figure>`

function sectionsOf({ sections }: WorksheetData, cell: (blank: Blank) => string): string[] {
  return sections.map(({ title, blanks }) => {
    const lines = blanks.map((blank) => {
      const name = /^[wb]\d+$/.test(blank.quantity) ? `new ${blank.quantity}` : blank.quantity
      return `<tr><th scope="row">${name}</th>${cell(blank)}<td class="formula">= ${raised(blank.formula)}</td></tr>`
    })
    return `<section><h2>${title}</h2>\n<table>\n${lines.join('\n')}\n</table></section>`
  })
}

/** Units in columns, each weight near the end where it comes in */
function drawingOf(weights: Readonly<Record<string, number>>): string {
  const columns = [40, 230, 420]
  const rows = [40, 130]
  const label = (name: string) => `${name} = ${signed(String(weights[name]))}`
  const edges = [0, 1].flatMap((layer) =>
    rows.flatMap((to, unit) =>
      rows.map((from, source) => {
        const name = `w${4 * layer + 2 * unit + source + 1}`
        // Beyond the middle, where edges cross
        const share = from === to ? 0.5 : 0.7
        const x = columns[layer] + (columns[layer + 1] - columns[layer]) * share
        const y = from + (to - from) * share
        return `<path d="M${columns[layer]} ${from}L${columns[layer + 1]} ${to}" stroke="#888"/>
<rect x="${x - 32}" y="${y - 8}" width="64" height="16" fill="#fff"/><text x="${x}" y="${y + 4}">${label(name)}</text>`
      }),
    ),
  )
  const units = columns.flatMap((x, column) =>
    rows.map((y, unit) => {
      const bias = column === 0 ? '' : `<text x="${x}" y="${y + 34}">${label(`b${2 * column + unit - 1}`)}</text>`
      return `<circle cx="${x}" cy="${y}" r="20" fill="#fff" stroke="#111"/><text x="${x}" y="${y + 4}">${'iho'[column]}${unit + 1}</text>${bias}`
    }),
  )
  return `<svg viewBox="0 0 460 180" role="img" aria-label="The network with its weights" font-size="11" text-anchor="middle" fill="#111">
${edges.join('\n')}
${units.join('\n')}
</svg>`
}
