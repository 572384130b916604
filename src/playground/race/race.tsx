export function Race() {
  return <h1>WebAssembly against JavaScript</h1>
}
