// Fields with a label of their own. A field of numbers tells of a change when it is left or Enter is pressed, and only of a valid one.
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Labelled {
  readonly label: string
  readonly disabled?: boolean
}

interface NumberProps extends Labelled {
  readonly value: number
  readonly min: number
  readonly max: number
  readonly isWhole?: boolean
  onChange(value: number): void
}

export function NumberField({ label, value, min, max, isWhole = false, disabled, onChange }: NumberProps) {
  const id = useId()
  const problem = useSignal('')
  const commit = (event: Event) => {
    const { value: text } = event.currentTarget as HTMLInputElement
    const given = Number(text)
    const isValid = text.trim() !== '' && given >= min && given <= max && (!isWhole || Number.isInteger(given))
    problem.value = isValid ? '' : `${isWhole ? 'a whole number' : 'a number'} from ${min} to ${max}`
    if (isValid && given !== value) onChange(given)
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        step={isWhole ? 1 : 'any'}
        min={min}
        max={max}
        value={value}
        disabled={disabled}
        aria-invalid={problem.value !== ''}
        aria-describedby={problem.value === '' ? undefined : `${id}-problem`}
        onChange={commit}
      />
      {problem.value !== '' && (
        <span id={`${id}-problem`} class="problem small" role="alert">
          {problem.value}
        </span>
      )}
    </div>
  )
}

export interface Titled<T extends string> {
  readonly value: T
  readonly title: string
}

interface SelectProps<T extends string> extends Labelled {
  readonly value: T
  readonly options: readonly (T | Titled<T>)[]
  readonly isLabelHidden?: boolean
  onChange(value: T): void
}

export function SelectField<T extends string>(props: SelectProps<T>) {
  const { label, value, options, isLabelHidden, disabled, onChange } = props
  const id = useId()
  const change = (event: Event) => onChange((event.currentTarget as HTMLSelectElement).value as T)
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'only-heard' : undefined}>
        {label}
      </label>
      <select id={id} value={value} disabled={disabled} onChange={change}>
        {options.map((option) => {
          const { value: own, title } = typeof option === 'string' ? { value: option, title: option } : option
          return (
            <option key={own} value={own} selected={own === value}>
              {title}
            </option>
          )
        })}
      </select>
    </div>
  )
}

interface RangeProps extends Labelled {
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly shown: string
  onChange(value: number): void
}

export function RangeField({ label, value, min, max, step, shown, disabled, onChange }: RangeProps) {
  const id = useId()
  const change = (event: Event) => onChange(Number((event.currentTarget as HTMLInputElement).value))
  return (
    <div class="field">
      <label for={id}>
        {label} <b class="number">{shown}</b>
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={shown}
        onChange={change}
      />
    </div>
  )
}

interface ChoiceProps<T extends string> {
  readonly legend: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly title: ComponentChildren }[]
  onChange(value: T): void
}

/** A few choices side by side: radio buttons, so arrow keys move among them */
export function Segmented<T extends string>({ legend, value, options, onChange }: ChoiceProps<T>) {
  const name = useId()
  return (
    <fieldset class="segmented">
      <legend class="only-heard">{legend}</legend>
      {options.map(({ value: own, title }) => (
        <label key={own} class={own === value ? 'chosen' : undefined}>
          <input type="radio" name={name} value={own} checked={own === value} onChange={() => onChange(own)} />
          {title}
        </label>
      ))}
    </fieldset>
  )
}
