// One step of backpropagation, number by number: forward, error, backward, update.
import { nextStep, openStage, previousStep, stage, stages, stepIndex, steps } from './opened.ts'

export function StepBar() {
  const at = stepIndex.value
  const count = steps.value.length
  return (
    <div class="step-bar">
      <fieldset class="stages">
        <legend class="only-heard">Part of the step</legend>
        {stages.map((name) => (
          <button
            key={name}
            type="button"
            class="button small"
            aria-pressed={stage.value === name}
            onClick={() => openStage(name)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <div class="step-buttons">
        <button type="button" class="button small" onClick={previousStep} disabled={at <= 0}>
          Back
        </button>
        <button type="button" class="button small" onClick={nextStep} disabled={count === 0}>
          {at < 0 ? 'Start' : at === count - 1 ? 'Next epoch' : 'Next'}
        </button>
        <span class="small quiet number" aria-live="polite">
          {at < 0 ? '' : `${at + 1} of ${count}`}
        </span>
      </div>
    </div>
  )
}
