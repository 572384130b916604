// A number unfolded: its formula, the same with numbers, its value, and under it the numbers it is made of, to open in turn.
import { useSignal } from '@preact/signals'
import { Line, long, numberOf, sign } from './math.tsx'
import { type Quantity, quantityOf } from './quantities.tsx'
import type { Pass } from './run.ts'

export function Unfolded({ pass, name }: { pass: Pass; name: string }) {
  const quantity = quantityOf(pass, name)
  return (
    <div class="unfolded" key={name}>
      <Formulas quantity={quantity} />
      <Operands pass={pass} quantity={quantity} />
    </div>
  )
}

function Formulas({ quantity }: { quantity: Quantity }) {
  const { symbol, symbols, numbers, value, note, spoken } = quantity
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/noNoninteractiveTabindex: what may have to scroll is reached by Tab
    <div class="formulas" role="group" aria-label={`${spoken}, worked out`} tabIndex={0}>
      <Line>
        {symbol}
        {symbols !== undefined && sign('=')}
        {symbols}
        {symbols === undefined && sign('=')}
        {symbols === undefined && numbers === undefined && numberOf(value, { isFirst: true, format: long })}
        {symbols === undefined && numbers}
      </Line>
      {symbols !== undefined && numbers !== undefined && (
        <Line>
          {sign('=')}
          {numbers}
        </Line>
      )}
      {(symbols !== undefined || numbers !== undefined) && (
        <Line>
          {sign('=')}
          {numberOf(value, { isFirst: true, format: long })}
        </Line>
      )}
      <span class="only-heard">
        {spoken} is {long(value)}.
      </span>
      {note !== undefined && <p class="small quiet">{note}</p>}
    </div>
  )
}

function Operands({ pass, quantity }: { pass: Pass; quantity: Quantity }) {
  const names = [...new Set(quantity.operands)]
  if (names.length === 0) return null
  return (
    <ul class="operands">
      {names.map((name) => (
        <Operand key={name} pass={pass} name={name} />
      ))}
    </ul>
  )
}

function Operand({ pass, name }: { pass: Pass; name: string }) {
  const isOpen = useSignal(false)
  const { spoken, symbol, value } = quantityOf(pass, name)
  return (
    <li>
      <button
        type="button"
        class="operand"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value
        }}
      >
        <span class="chevron" aria-hidden="true" />
        <span class="only-heard">{`${spoken} = ${long(value)}`}</span>
        <math aria-hidden="true">
          {symbol}
          {sign('=')}
          {numberOf(value, { isFirst: true })}
        </math>
      </button>
      {isOpen.value && <Unfolded pass={pass} name={name} />}
    </li>
  )
}
