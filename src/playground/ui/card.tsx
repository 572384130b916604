// A part of a view with a title of its own, by which it is also found by ear.
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  readonly title: string
  /** Beside the title, smaller */
  readonly note?: string
  readonly class?: string
  readonly children: ComponentChildren
}

export function Card({ title, note, class: kind = '', children }: CardProps) {
  const id = useId()
  return (
    <section class={`card ${kind}`} aria-labelledby={id}>
      <h2 id={id}>
        {title} {note && <small class="quiet">{note}</small>}
      </h2>
      {children}
    </section>
  )
}
