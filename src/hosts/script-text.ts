/** The text of the script of the library's workers, which scripts/bundle.mjs puts here; in that script itself there is none. */
const text: string = ''
export default text
