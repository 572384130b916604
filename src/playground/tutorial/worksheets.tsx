// Worksheets to print or to put into Moodle, made in this tab.
import { useSignal } from '@preact/signals'

type Form = 'sheet' | 'key' | 'moodle'

const FORMS: Record<Form, { label: string; file: string; type: string }> = {
  sheet: { label: 'Worksheet', file: 'worksheet', type: 'text/html' },
  key: { label: 'Key', file: 'key', type: 'text/html' },
  moodle: { label: 'Moodle XML', file: 'moodle', type: 'application/xml' },
}

async function save(form: Form, seed: number): Promise<void> {
  const { createWorksheet } = await import('wasmprop/lesson')
  const sheet = createWorksheet({ seed })
  const text = { sheet: sheet.toHTML, key: sheet.keyToHTML, moodle: sheet.toMoodle }[form]()
  const { file, type } = FORMS[form]
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${file}-${seed}.${form === 'moodle' ? 'xml' : 'html'}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

export function Worksheets() {
  const seed = useSignal(7)
  return (
    <section class="card" aria-labelledby="worksheet-title">
      <h2 id="worksheet-title">Worksheets</h2>
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
          <button key={form} type="button" class="button" onClick={() => save(form, seed.value)}>
            {FORMS[form].label}
          </button>
        ))}
      </div>
    </section>
  )
}
