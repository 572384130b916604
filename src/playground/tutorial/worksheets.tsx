// Worksheets to print or to put into Moodle, made in this tab.
import { useSignal } from '@preact/signals'
import { save } from '../files.ts'
import { Card } from '../ui/card.tsx'

type Form = 'sheet' | 'key' | 'moodle'

const FORMS: Record<Form, { label: string; file: string; type: string }> = {
  sheet: { label: 'Worksheet', file: 'worksheet', type: 'text/html' },
  key: { label: 'Key', file: 'key', type: 'text/html' },
  moodle: { label: 'Moodle XML', file: 'moodle', type: 'application/xml' },
}

async function make(form: Form, seed: number): Promise<void> {
  const { createWorksheet } = await import('wasmprop/lesson')
  const sheet = createWorksheet({ seed })
  const text = { sheet: sheet.toHTML, key: sheet.keyToHTML, moodle: sheet.toMoodle }[form]()
  const { file, type } = FORMS[form]
  save(`${file}-${seed}.${form === 'moodle' ? 'xml' : 'html'}`, text, `${type};charset=utf-8`)
}

export function Worksheets() {
  const seed = useSignal(7)
  return (
    <Card title="Worksheets">
      <p class="quiet small">
        A 2-2-2 network with friendly numbers and blanks to fill in. Another number, another sheet; the key is a file of
        its own.
      </p>
      <div class="worksheet">
        <div class="field">
          <label for="worksheet-seed">Sheet number</label>
          <input
            id="worksheet-seed"
            type="number"
            min="0"
            max="4294967295"
            step="1"
            value={seed.value}
            onInput={({ currentTarget: { valueAsNumber } }) => {
              if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber < 2 ** 32)
                seed.value = valueAsNumber
            }}
          />
        </div>
        {(Object.keys(FORMS) as Form[]).map((form) => (
          <button key={form} type="button" class="button" onClick={() => make(form, seed.value)}>
            {FORMS[form].label}
          </button>
        ))}
      </div>
    </Card>
  )
}
