// The frame of the page: its head with the views, the view, loaded when it is first opened, and its foot.
import { useSignal, useSignalEffect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { addressOf, type ViewName, view, views } from './routes.ts'
import { ThemeButton } from './theme.tsx'

/** Modules of their own, so that who only looks at the tutorial loads no more */
const loaders: Record<ViewName, () => Promise<ComponentType>> = {
  tutorial: async () => (await import('./tutorial/tutorial.tsx')).Tutorial,
  lab: async () => (await import('./lab/lab.tsx')).Lab,
  race: async () => (await import('./race/race.tsx')).Race,
}

export function App() {
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <header class="masthead">
        <a class="brand" href={addressOf('tutorial')}>
          <img src="./icon.svg" alt="" width="28" height="28" />
          wasmprop
        </a>
        <nav class="views" aria-label="Views">
          {Object.entries(views).map(([name, title]) => (
            <a key={name} href={addressOf(name as ViewName)} aria-current={view.value === name ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        <View />
      </main>
      <footer class="footer">
        Everything happens in this tab: no data leaves it, and after the first visit it works offline.{' '}
        <a href="./LICENCES.txt">Licences</a>
      </footer>
    </>
  )
}

function View() {
  const shown = useSignal<{ component: ComponentType } | undefined>(undefined)
  const failure = useSignal('')
  useSignalEffect(() => {
    const name = view.value
    document.title = `${views[name]} · wasmprop`
    loaders[name]().then(
      (component) => {
        if (view.peek() === name) shown.value = { component }
      },
      (error: Error) => {
        failure.value = `This part could not be loaded: ${error.message}`
      },
    )
  })
  if (failure.value !== '') return <p class="note bad">{failure.value}</p>
  if (shown.value === undefined) return <p class="quiet">Loading …</p>
  const { component: Shown } = shown.value
  return <Shown />
}
