// The report that the command writes of a trained table, shown as it is: a page without scripts, in a frame that may do nothing.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { save } from '../files.ts'
import { ask } from '../table/client.ts'
import { type TableRun, trainingOf } from './code.ts'

export function TableReport({ run }: { run: TableRun }) {
  const page = useSignal<Blob | undefined>(undefined)
  const isShown = useSignal(false)
  const isMaking = useSignal(false)
  const failure = useSignal('')
  /** Made once; then `use` gets it. */
  const withPage = async (use: (made: Blob) => void) => {
    failure.value = ''
    isMaking.value = true
    try {
      page.value ??= await ask('report', { file: run.file, command: trainingOf(run) })
      use(page.value)
    } catch (error) {
      failure.value = (error as Error).message
    }
    isMaking.value = false
  }
  const turn = () => {
    isShown.value = !isShown.value
  }
  const keep = (made: Blob) => save('report.html', made)
  return (
    <>
      <div class="row">
        <button
          type="button"
          class="button"
          aria-expanded={isShown.value}
          disabled={isMaking.value}
          onClick={() => withPage(turn)}
        >
          {isShown.value ? 'Hide the report' : 'Show the report'}
        </button>
        <button type="button" class="button" disabled={isMaking.value} onClick={() => withPage(keep)}>
          Report (HTML)
        </button>
        <span class="small quiet" role="status">
          {isMaking.value ? 'making the report …' : ''}
        </span>
      </div>
      {failure.value !== '' && <p class="note bad">{failure.value}</p>}
      {isShown.value && page.value && <Frame page={page.value} />}
    </>
  )
}

/** An address of its own, since text that becomes markup is not let through here */
function Frame({ page }: { page: Blob }) {
  const address = useSignal('')
  useEffect(() => {
    const made = URL.createObjectURL(page)
    address.value = made
    return () => URL.revokeObjectURL(made)
  }, [page])
  if (address.value === '') return null
  return <iframe class="report" title="Report of the model" sandbox="" src={address.value} />
}
