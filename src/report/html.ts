// HTML and SVG from templates that escape whatever is put into them: text of others cannot become markup.
import { clip } from '../errors.ts'

/** Markup that is safe as it stands; only `html` makes it. */
export class Markup {
  readonly text: string
  /** @internal */
  constructor(text: string) {
    this.text = text
  }
}

type Value = Markup | string | number | false | undefined | readonly Value[]

/** Text is clipped and escaped, with the control characters in it; lists are joined; false and undefined are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(strings.reduce((text, part, index) => text + textOf(values[index - 1]) + part))
}

/** What this file's callers wrote themselves: the style */
export const trusted = (text: string): Markup => new Markup(text)

function textOf(value: Value): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(textOf).join('')
  return escaped(typeof value === 'number' ? String(value) : value)
}

/** What a path of SVG is made of, and nothing else: longer than text may be */
export const shape = (d: string): Markup => new Markup(d.replace(/[^MLHVChZ0-9.,\s-]/g, ''))

/** Words of this library with text of others in them: longer than a name may be */
export const sentence = (text: string): Markup => whole(text.length > 500 ? `${text.slice(0, 500)}…` : text)

/** Long text whole: the command, which is to be copied. What is no character of a line becomes a mark. */
export function whole(text: string): Markup {
  return new Markup(escaped(text, (given) => given.replace(/[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd')))
}

function escaped(text: string, tame: (text: string) => string = clip): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return tame(text).replace(/[&<>"']/g, (character) => names[character])
}

/** At most so many characters, for labels in charts */
export function shorten(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}
