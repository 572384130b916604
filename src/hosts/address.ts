/**
 * Where the script of the library's workers lies. Written so that bundlers which know this form bring the file along, as it is:
 * it needs nothing else. In that script itself build.mjs puts its own address here, for workers of workers.
 */
export function scriptAddress(): string {
  return new URL('./worker-host.js', import.meta.url).href
}
