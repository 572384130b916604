// Which of the two networks is shown.

import { type LessonName, lessons } from './lessons.ts'
import { opened } from './opened.ts'
import { begin, failure, lessonName } from './run.ts'

export function LessonChoice() {
  return (
    <fieldset class="choice">
      <legend class="only-heard">Network</legend>
      {(Object.keys(lessons) as LessonName[]).map((name) => (
        <label key={name} class={lessonName.value === name ? 'is-chosen' : ''}>
          <input
            type="radio"
            name="lesson"
            class="only-heard"
            checked={lessonName.value === name}
            onChange={() => choose(name)}
          />
          <span>{lessons[name].title}</span>
          <span class="small">{shapeOf(name)}</span>
        </label>
      ))}
    </fieldset>
  )
}

const shapeOf = (name: LessonName): string =>
  [lessons[name].config.inputs, ...lessons[name].config.layers.map(({ units }) => units)].join('-')

function choose(name: LessonName): void {
  lessonName.value = name
  opened.value = undefined
  begin(name).catch((error: Error) => {
    failure.value = error.message
  })
}
