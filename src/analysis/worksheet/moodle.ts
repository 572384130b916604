// A worksheet as Moodle XML: a cloze question a section, whose blanks know the usual slips.
import { givenOf, listOf, raised } from './html.ts'
import { type Blank, toleranceOf, type WorksheetData } from './worksheet-data.ts'

/** More wrong answers of one blank are not told apart. */
const MOST_SLIPS = 8

export function worksheetToMoodle(sheet: WorksheetData): string {
  const questions = sheet.sections.map(({ title, blanks }) => {
    const lines = blanks.map(
      (blank) => `<p>${nameOf(blank)} = ${raised(blank.formula)} = ${clozeOf(blank, sheet.decimals)}</p>`,
    )
    // Moodle takes drawings out of what is imported.
    const given = `${givenOf(sheet)}\n<p>${listOf(sheet.weights)}</p>`
    return questionOf(`Sheet ${sheet.seed}: ${title}`, `${given}\n${lines.join('\n')}`)
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category">
<category><text>$course$/top/Backpropagation by hand/Sheet ${sheet.seed}</text></category>
</question>
${questions.join('\n')}
</quiz>
`
}

const nameOf = ({ quantity }: Blank): string => (/^[wb]\d+$/.test(quantity) ? `new ${quantity}` : quantity)

function questionOf(name: string, text: string): string {
  return `<question type="cloze">
<name><text>${escapeXml(name)}</text></name>
<questiontext format="html"><text>${escapeXml(text)}</text></questiontext>
<penalty>0.3333333</penalty>
</question>`
}

const escapeXml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** {1:NUMERICAL:=0.3775:0.0000015~%0%0.0275:0.0000015#the bias was left out} */
function clozeOf({ answer, slips }: Blank, decimals: number): string {
  const tolerance = toleranceOf(decimals).toFixed(decimals + 1)
  const number = (value: number) => `${value.toFixed(decimals + 1)}:${tolerance}`
  const wrong = slips.slice(0, MOST_SLIPS).map(({ value, text }) => `~%0%${number(value)}#${escapeCloze(text)}`)
  return `{1:NUMERICAL:=${number(answer)}${wrong.join('')}}`
}

/** What ends an answer or begins its feedback is a letter here. */
const escapeCloze = (text: string): string => text.replace(/[}~#/"\\]/g, '\\$&')
