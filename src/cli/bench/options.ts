// What may be asked of `wasmprop bench`.
import { type CommonFlags, commonFlags, toggle } from '../flags.ts'

export interface BenchFlags extends CommonFlags {
  readonly quick: boolean
  readonly markdown: boolean
}

export const benchFlags = {
  quick: toggle('the two small networks, a moment each'),
  markdown: toggle('print Markdown'),
  ...commonFlags,
}
