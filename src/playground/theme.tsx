// Light or dark: as the system has it, until the visitor chooses.
import { effect, signal } from '@preact/signals'
import { recall, remember } from './storage.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')
const chosen = signal<'light' | 'dark' | undefined>(recall('theme', (value) => value === 'light' || value === 'dark'))
const system = signal(dark.matches)
dark.addEventListener('change', () => {
  system.value = dark.matches
})

/** Read by canvases, which have to be drawn anew */
export const isDark = () => (chosen.value ?? (system.value ? 'dark' : 'light')) === 'dark'

effect(() => {
  if (chosen.value !== undefined) document.documentElement.dataset.theme = chosen.value
})

function change(): void {
  chosen.value = isDark() ? 'light' : 'dark'
  remember('theme', chosen.value)
}

export function ThemeButton() {
  return (
    <button type="button" class="button plain small" onClick={change}>
      {isDark() ? 'Light' : 'Dark'}
    </button>
  )
}
