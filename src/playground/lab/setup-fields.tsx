// Fields of the setup: each shows one part of it by its name, and changes it.
import { NumberField, RangeField, SelectField, type Titled } from '../ui/fields.tsx'
import { percent } from '../ui/numbers.ts'
import { change, setup } from './session.ts'
import type { Setup } from './setup.ts'
import { names } from './words.ts'

type NameOf<T> = { [Name in keyof Setup]: Setup[Name] extends T ? Name : never }[keyof Setup]

interface Bounds {
  readonly name: NameOf<number>
  readonly min: number
  readonly max: number
  readonly disabled?: boolean
}

export function SetupNumber({ name, ...bounds }: Bounds & { readonly isWhole?: boolean }) {
  return (
    <NumberField
      label={names[name]}
      value={setup.value[name]}
      onChange={(value) => change({ [name]: value })}
      {...bounds}
    />
  )
}

export function SetupRange({
  name,
  isShare,
  ...bounds
}: Bounds & { readonly step: number; readonly isShare?: boolean }) {
  const value = setup.value[name]
  return (
    <RangeField
      label={names[name]}
      value={value}
      shown={isShare ? percent(value) : String(value)}
      onChange={(wanted) => change({ [name]: wanted })}
      {...bounds}
    />
  )
}

interface Choice<Name extends NameOf<string>, Value extends Setup[Name]> {
  readonly name: Name
  readonly options: readonly (Value | Titled<Value>)[]
  readonly disabled?: boolean
  /** What changes with it */
  also?(value: Value): Partial<Setup>
}

export function SetupSelect<Name extends NameOf<string>, Value extends Setup[Name]>(props: Choice<Name, Value>) {
  const { name, also, ...others } = props
  return (
    <SelectField
      label={names[name]}
      value={setup.value[name] as Value}
      onChange={(value) => change({ [name]: value, ...also?.(value) })}
      {...others}
    />
  )
}
