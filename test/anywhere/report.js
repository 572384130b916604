// For pages under test: `report(value)` posts a result to the server of test/browsers.ts; errors are posted by themselves.
{
  // A page that is a file is given the server's address.
  const server = new URLSearchParams(location.search).get('harness') ?? ''
  const post = (outcome) =>
    fetch(`${server}/report`, {
      method: 'POST',
      mode: server ? 'no-cors' : 'same-origin',
      body: JSON.stringify(outcome),
    })
  const describe = (error) => (error instanceof Error ? `${error}\n${error.stack}` : String(error))

  globalThis.report = (value) => post({ value })

  // Captured, since a script or module that cannot be loaded tells its own element only.
  addEventListener(
    'error',
    (event) => {
      const source = event.target.src ?? event.target.href
      if (source) post({ error: `${source} could not be loaded` })
      else post({ error: event.error ? describe(event.error) : `${event.message} (${event.filename}:${event.lineno})` })
    },
    true,
  )
  addEventListener('unhandledrejection', (event) => post({ error: describe(event.reason) }))
}
