export function Lab() {
  return <h1>Your data</h1>
}
