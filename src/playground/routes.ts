// Which view is shown: the part of the address after #, so that any static host will do and back and forward work.
import { computed, signal } from '@preact/signals'

export const views = { tutorial: 'Tutorial', lab: 'Your data', race: 'Race' } as const
export type ViewName = keyof typeof views

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

/** What follows `#/` up to a question mark; whatever is no view shows the tutorial */
export const view = computed<ViewName>(() => {
  const name = hash.value.replace(/^#\/?/, '').split('?')[0]
  return Object.hasOwn(views, name) ? (name as ViewName) : 'tutorial'
})

/** What a link holds beside the view: the text after the question mark */
export const shared = computed(() => hash.value.split('?')[1] ?? '')

export const addressOf = (name: ViewName): string => `#/${name}`
